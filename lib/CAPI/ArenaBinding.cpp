//===- ArenaBinding.cpp - Arenas for C ------------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SizedStruct.h"
#include "jitslab/ForkHandlers.h"

using namespace jitslab;
using namespace llvm;

// What the structs' first versions ended with.
static constexpr size_t MinOptionsSize =
    offsetof(JitslabArenaOptions, Reserved) +
    sizeof(JitslabArenaOptions::Reserved);
static constexpr size_t MinStatsSize =
    offsetof(JitslabArenaStats, FrozenBytes) +
    sizeof(JitslabArenaStats::FrozenBytes);
static_assert(MinOptionsSize == sizeof(JitslabArenaOptions) &&
                  MinStatsSize == sizeof(JitslabArenaStats),
              "no padding at the end that a new field would use");

static Expected<Layout> layoutOf(uint32_t Value, const char *Function) {
  switch (Value) {
  case JitslabLayoutPerObject:
    return Layout::PerObject;
  case JitslabLayoutPerProtection:
    return Layout::PerProtection;
  case JitslabLayoutDense:
    return Layout::Dense;
  default:
    return argumentError(Function, "there is no ObjectLayout " + Twine(Value) +
                                       "; see JitslabLayout");
  }
}

static Expected<ArenaOptions> readOptions(const JitslabArenaOptions *Callers,
                                          const char *Function) {
  ArenaOptions Options;
  if (!Callers)
    return Options;
  if (Error Err = checkStructSize(Function, "JitslabArenaOptions",
                                  Callers->Size, MinOptionsSize))
    return Err;
  JitslabArenaOptions Known;
  if (!readStruct(Known, Callers, Callers->Size) || Known.Reserved != 0)
    return argumentError(
        Function, "JitslabArenaOptions has a field set that this version does "
                  "not know; begin with JitslabInitializeArenaOptions");
  Expected<Layout> ObjectLayout = layoutOf(Known.ObjectLayout, Function);
  if (!ObjectLayout)
    return ObjectLayout.takeError();
  Options.ObjectLayout = *ObjectLayout;
  Options.WindowSize = Known.WindowSize;
  Options.Grow = Known.Grow != 0;
  Options.Near = Known.Near;
  Options.HugePages = Known.HugePages != 0;
  return Options;
}

void JitslabInitializeArenaOptions(JitslabArenaOptions *Options,
                                   size_t SizeOfOptions) {
  if (!Options || SizeOfOptions < sizeof(Options->Size) ||
      SizeOfOptions > MaxStructSize)
    return;
  const ArenaOptions Defaults;
  JitslabArenaOptions Known = {};
  Known.Size = SizeOfOptions;
  Known.ObjectLayout = uint32_t(Defaults.ObjectLayout);
  Known.Grow = Defaults.Grow;
  Known.WindowSize = Defaults.WindowSize;
  Known.Near = Defaults.Near;
  Known.HugePages = Defaults.HugePages;
  writeStruct(Options, SizeOfOptions, Known);
}

LLVMErrorRef JitslabCreateArena(JitslabArenaRef *Result,
                                const JitslabArenaOptions *Options) {
  if (!Result)
    return finish(argumentError(__func__, "Result is null"));
  *Result = nullptr;
  Expected<ArenaOptions> Wanted = readOptions(Options, __func__);
  if (!Wanted)
    return finish(Wanted.takeError());
  Expected<std::shared_ptr<Arena>> Made = Arena::create(*Wanted);
  if (!Made)
    return finish(Made.takeError());
  *Result = new JitslabOpaqueArena{std::move(*Made)};
  return finish(Error::success());
}

void JitslabDisposeArena(JitslabArenaRef Arena) { delete Arena; }

LLVMErrorRef JitslabArenaGetStats(JitslabArenaRef Arena,
                                  JitslabArenaStats *Stats) {
  if (!Arena)
    return finish(argumentError(__func__, "Arena is null"));
  if (!Stats)
    return finish(argumentError(__func__, "Stats is null"));
  if (Error Err = checkStructSize(__func__, "JitslabArenaStats", Stats->Size,
                                  MinStatsSize))
    return finish(std::move(Err));
  const ArenaStats Now = Arena->Share->stats();
  JitslabArenaStats Known = {};
  Known.Size = Stats->Size;
  Known.Windows = Now.Windows;
  Known.WindowsNear = Now.WindowsNear;
  Known.ReservedBytes = Now.ReservedBytes;
  Known.CommittedBytes = Now.CommittedBytes;
  Known.LiveBytes = Now.LiveBytes;
  Known.FreeBytes = Now.FreeBytes;
  Known.LiveObjects = Now.LiveObjects;
  Known.FrozenBytes = Now.FrozenBytes;
  writeStruct(Stats, Stats->Size, Known);
  return finish(Error::success());
}

LLVMErrorRef JitslabRegisterForkHandlers(void) {
  return finish(registerForkHandlers());
}

LLVMErrorRef JitslabArenaTrim(JitslabArenaRef Arena, uint64_t *BytesGivenBack) {
  if (!Arena)
    return finish(argumentError(__func__, "Arena is null"));
  const uint64_t Bytes = Arena->Share->trim();
  if (BytesGivenBack)
    *BytesGivenBack = Bytes;
  return finish(Error::success());
}
