//===- ProcessArena.cpp - The one arena of a process ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProcessArena.h"
#include "../../lib/Core/LayoutNames.h"
#include "../../lib/Platform/Fork.h"
#include "../../lib/Platform/ProcessWide.h"
#include "Message.h"
#include "llvm/ADT/StringRef.h"
#include <cstdlib>

using namespace llvm;

namespace jitslab {

namespace {
/// Engines and objects since the process began, also those that are gone.
class Counters final : public ForkListener {
public:
  std::atomic<size_t> Engines{0}, Objects{0};
  const std::error_code EnrollError = enroll();

  void beforeFork() override {}
  void afterForkInParent() override {}
  // What the parent made is counted by the parent.
  void afterForkInChild() override { Engines = Objects = 0; }
};
} // namespace

// Never destroyed, because processes fork until they are gone.
static Counters &Counted = *new Counters;

Expected<PreloadOptions> optionsOfProcess() {
  const char *List = std::getenv(OptionsVariable);
  return PreloadOptions::parse(List ? List : "");
}

ProcessArena &ProcessArena::get() {
  auto &The = processWide<ProcessArena>();
  if (!The.Announced.exchange(true, std::memory_order_relaxed))
    The.announce();
  return The;
}

ProcessArena::ProcessArena() { Failure = toString(makeArena()); }

Error ProcessArena::makeArena() {
  if (Counted.EnrollError)
    return errorCodeToError(Counted.EnrollError);
  Expected<PreloadOptions> Parsed = optionsOfProcess();
  if (!Parsed)
    return Parsed.takeError();
  Options = *Parsed;

  Expected<std::shared_ptr<Arena>> Made = Arena::create(Options.arenaOptions());
  if (!Made)
    return Made.takeError();
  TheArena = std::move(*Made);
  return Error::success();
}

void ProcessArena::announce() {
  if (!TheArena)
    return;
  if (Options.Stats)
    std::atexit([] { get().atExit(); });
  if (Options.Verbose)
    say(JITSLAB_OWN_LLVM " is served, layout " +
        layoutName(TheArena->options().ObjectLayout) + ", windows of " +
        Twine(TheArena->options().WindowSize >> 20) + " MiB");
}

void ProcessArena::countEngine() { ++Counted.Engines; }
void ProcessArena::countObject() { ++Counted.Objects; }

bool ProcessArena::hasServed() { return Counted.Engines || Counted.Objects; }

std::string describe(const ArenaStats &S) {
  std::string Counts, Sizes;
  // As JITSLAB_ARENA_STATS calls the units.
  auto Add = [](std::string &List, size_t N, StringRef Label) {
    List += ((List.empty() ? "" : ", ") + Twine(N) + " " + Label).str();
  };
  auto Count = [&](size_t N, StringRef Label) { Add(Counts, N, Label); };
  auto Bytes = [&](size_t N, StringRef Label) { Add(Sizes, N >> 10, Label); };
#define JITSLAB_FIELD(MEMBER, UNIT, LABEL) UNIT(S.MEMBER, LABEL);
  JITSLAB_ARENA_STATS(JITSLAB_FIELD)
#undef JITSLAB_FIELD
  return Counts + "; KiB: " + Sizes;
}

void ProcessArena::atExit() {
  // Nothing to say in a child that compiled nothing.
  if (!hasServed())
    return;
  say(JITSLAB_OWN_LLVM ", " + layoutName(TheArena->options().ObjectLayout) +
      ": " + Twine(Counted.Engines) + " engines, " + Twine(Counted.Objects) +
      " objects; " + describe(TheArena->stats()));
}

} // namespace jitslab
