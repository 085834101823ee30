//===- ArenaBinding.cpp - Arenas for C ------------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Core/LayoutNames.h"
#include "SizedStruct.h"
#include "jitslab/ForkHandlers.h"

using namespace jitslab;
using namespace llvm;

// What the structs' first versions ended with.
static constexpr size_t MinOptionsSize =
    offsetof(JitslabArenaOptions, NoFrames) +
    sizeof(JitslabArenaOptions::NoFrames);
static constexpr size_t MinStatsSize =
    offsetof(JitslabArenaStats, FrozenBytes) +
    sizeof(JitslabArenaStats::FrozenBytes);

// Padding at the end of a struct would be what the next field is put into, and
// the size of an older caller's struct would seem to have it.
static_assert(offsetof(JitslabArenaOptions, Below) +
                      sizeof(JitslabArenaOptions::Below) ==
                  sizeof(JitslabArenaOptions),
              "padding at the end of JitslabArenaOptions");
#define JITSLAB_FIELD(MEMBER, UNIT, LABEL) +1
static constexpr size_t NumStats = JITSLAB_ARENA_STATS(JITSLAB_FIELD);
#undef JITSLAB_FIELD
static_assert(NumStats * sizeof(size_t) == sizeof(ArenaStats),
              "JITSLAB_ARENA_STATS lacks a member of ArenaStats");
static_assert(sizeof(JitslabArenaStats::Size) + NumStats * sizeof(uint64_t) ==
                  sizeof(JitslabArenaStats),
              "JitslabArenaStats has another field, or padding at its end");

static constexpr size_t MinLocationSize =
    offsetof(JitslabMemoryLocation, Offset) +
    sizeof(JitslabMemoryLocation::Offset);
static_assert(JitslabMemoryOutside == uint32_t(MemoryState::Outside) &&
              JitslabMemoryUnused == uint32_t(MemoryState::Unused) &&
              JitslabMemoryLive == uint32_t(MemoryState::Live) &&
              JitslabMemoryFreed == uint32_t(MemoryState::Freed));
static_assert(JitslabSegmentCode == uint32_t(SegmentKind::Code) &&
              JitslabSegmentROData == uint32_t(SegmentKind::ROData) &&
              JitslabSegmentRWData == uint32_t(SegmentKind::RWData));
#define JITSLAB_LAYOUT(E, NAME, HELP)                                          \
  static_assert(JitslabLayout##E == uint32_t(Layout::E));
JITSLAB_LAYOUTS(JITSLAB_LAYOUT)
#undef JITSLAB_LAYOUT

static Expected<Layout> layoutOf(uint32_t Value, const char *Function) {
  for (const NamedLayout &L : AllLayouts)
    if (Value == uint32_t(L.Value))
      return L.Value;
  return argumentError(Function, "there is no ObjectLayout " + Twine(Value) +
                                     "; see JitslabLayout");
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
  if (!readStruct(Known, Callers, Callers->Size))
    return argumentError(
        Function, "JitslabArenaOptions has a field set that this version does "
                  "not know; begin with JitslabInitializeArenaOptions");
  Expected<Layout> ObjectLayout = layoutOf(Known.ObjectLayout, Function);
  if (!ObjectLayout)
    return ObjectLayout.takeError();
  Options.ObjectLayout = *ObjectLayout;
  Options.WindowSize = Known.WindowSize;
  Options.Grow = Known.NoGrow == 0;
  Options.Near = Known.Near;
  Options.HugePages = Known.HugePages != 0;
  Options.RegisterFrames = Known.NoFrames == 0;
  Options.Below = Known.Below;
  return Options;
}

void JitslabInitializeArenaOptions(JitslabArenaOptions *Options,
                                   size_t SizeOfOptions) {
  initializeStruct(Options, SizeOfOptions);
}

LLVMErrorRef JitslabCreateArena(JitslabArenaRef *Result,
                                const JitslabArenaOptions *Options) {
  return answer(__func__, [&](const char *Function) -> Error {
    if (!Result)
      return argumentError(Function, "Result is null");
    *Result = nullptr;
    Expected<ArenaOptions> Wanted = readOptions(Options, Function);
    if (!Wanted)
      return Wanted.takeError();
    Expected<std::shared_ptr<Arena>> Made = Arena::create(*Wanted);
    if (!Made)
      return Made.takeError();
    *Result = new JitslabOpaqueArena{std::move(*Made)};
    return Error::success();
  });
}

void JitslabDisposeArena(JitslabArenaRef Arena) { delete Arena; }

LLVMErrorRef JitslabArenaGetStats(JitslabArenaRef Arena,
                                  JitslabArenaStats *Stats) {
  return answer(__func__, [&](const char *Function) -> Error {
    if (!Arena)
      return argumentError(Function, "Arena is null");
    if (!Stats)
      return argumentError(Function, "Stats is null");
    if (Error Err = checkStructSize(Function, "JitslabArenaStats", Stats->Size,
                                    MinStatsSize))
      return Err;
    const ArenaStats Now = Arena->Share->stats();
    JitslabArenaStats Known = {};
    Known.Size = Stats->Size;
#define JITSLAB_FIELD(MEMBER, UNIT, LABEL) Known.MEMBER = Now.MEMBER;
    JITSLAB_ARENA_STATS(JITSLAB_FIELD)
#undef JITSLAB_FIELD
    writeStruct(Stats, Stats->Size, Known);
    return Error::success();
  });
}

// No error: it would take memory from the heap.
LLVMBool JitslabArenaLookup(JitslabArenaRef Arena, uint64_t Address,
                            JitslabMemoryLocation *Location) {
  if (!Arena || !Location || !isStructSize(Location->Size, MinLocationSize))
    return 0;
  const MemoryLocation L = Arena->Share->lookup(uintptr_t(Address));
  JitslabMemoryLocation Known = {};
  Known.Size = Location->Size;
  Known.State = uint32_t(L.State);
  Known.Kind = uint32_t(L.Kind);
  Known.SegmentBegin = L.Begin;
  Known.SegmentSize = L.Size;
  Known.Offset = L.Offset;
  writeStruct(Location, Location->Size, Known);
  return L ? 1 : 0;
}

LLVMErrorRef JitslabRegisterForkHandlers(void) {
  return answer(__func__, [](const char *) { return registerForkHandlers(); });
}

LLVMErrorRef JitslabArenaTrim(JitslabArenaRef Arena, uint64_t *BytesGivenBack) {
  return answer(__func__, [&](const char *Function) -> Error {
    if (!Arena)
      return argumentError(Function, "Arena is null");
    const uint64_t Bytes = Arena->Share->trim();
    if (BytesGivenBack)
      *BytesGivenBack = Bytes;
    return Error::success();
  });
}
