//===- ProcessArena.cpp - The one arena of a process ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProcessArena.h"
#include "ForkGate.h"
#include "Message.h"
#include "llvm/ADT/StringRef.h"
#include <cstdlib>

using namespace llvm;

namespace jitslab {

ProcessArena &ProcessArena::get() {
  // A child must not find this half done.
  ForkGate Gate;
  static ProcessArena *The = new ProcessArena;
  return *The;
}

ProcessArena::ProcessArena() {
  if (Error Err = start())
    say("LLVM " + Twine(LLVM_VERSION_MAJOR) + ": " + toString(std::move(Err)) +
        "; LLVM's memory manager stays");
}

Error ProcessArena::start() {
  if (int Err = ForkGate::installError())
    return errorCodeToError(std::error_code(Err, std::generic_category()));
  const char *List = std::getenv(OptionsVariable);
  Expected<PreloadOptions> Parsed = PreloadOptions::parse(List ? List : "");
  if (!Parsed)
    return Parsed.takeError();
  Options = *Parsed;

  Expected<std::shared_ptr<Arena>> Made = Arena::create(Options.arenaOptions());
  if (!Made)
    return Made.takeError();
  Memory = std::move(*Made);
  // What the parent made was counted by the parent.
  ForkGate::runInChildren([] { get().Engines = get().Objects = 0; });

  if (Options.Stats)
    std::atexit([] { get().atExit(); });
  if (Options.Verbose)
    say("LLVM " + Twine(LLVM_VERSION_MAJOR) + " is served, layout " +
        layoutName(Memory->options().ObjectLayout) + ", windows of " +
        Twine(Memory->options().WindowSize >> 20) + " MiB");
  return Error::success();
}

void ProcessArena::sayLeftAlone() {
  if (Options.Verbose && !SaidLeftAlone.exchange(true))
    say("the host has a memory manager of its own, which is left alone");
}

void ProcessArena::atExit() {
  // Nothing to say in a child that compiled nothing.
  if (!Engines && !Objects)
    return;
  ArenaStats S = Memory->stats();
  say("LLVM " + Twine(LLVM_VERSION_MAJOR) + ", " +
      layoutName(Memory->options().ObjectLayout) + ": " + Twine(Engines) +
      " engines, " + Twine(Objects) + " objects, " + Twine(S.LiveObjects) +
      " live; " + Twine(S.Windows) + " windows; KiB: " +
      Twine(S.LiveBytes >> 10) + " live, " + Twine(S.CommittedBytes >> 10) +
      " committed, " + Twine(S.ReservedBytes >> 10) + " reserved");
}

} // namespace jitslab
