//===- ScratchTest.cpp - What a refused object costs ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Layouts.h"
#include "Support/Process.h"
#include "Support/TestMemory.h"
#include "Support/Units.h"
#include "TestLinker.h"
#include "jitslab/ReservingMemoryManager.h"
#include <cstring>
#include <sys/resource.h>

using namespace jitslab;

namespace {

constexpr size_t Large = 128 * MiB;

/// An arena that has no room for what is Large.
std::shared_ptr<Arena> smallStrictArena(VirtualMemory &VM) {
  ArenaOptions Options;
  Options.ObjectLayout = remappingLayout();
  Options.WindowSize = MinWindowSize;
  Options.Grow = false;
  return valueOf(ArenaAccess::create(Options, VM));
}

/// Writes to a section of \p Size bytes as RuntimeDyld does to .bss.
uint8_t *loadRefused(ReservingMemoryManager &M, size_t Size, unsigned ID) {
  uint8_t *Section = M.allocateDataSection(Size, 16, ID, ".bss", false);
  if (Section)
    memset(Section, 0, Size);
  return Section;
}

} // namespace

TEST_CASE("A refused object costs next to no memory, however large it is") {
  TestMemory System;
  auto Memory = smallStrictArena(System);
  ReservingMemoryManager Manager(Memory);
  size_t Before = residentBytes();
  // Memory of its own would be counted against this limit, shared one is not.
  bool Limited = !JITSLAB_HAS_SHADOW_MEMORY && !runsUnderEmulator();
  std::string Outcome = inChild([&]() -> std::string {
    rlimit Limit{256 * MiB, 256 * MiB};
    if (Limited && setrlimit(RLIMIT_DATA, &Limit))
      return "cannot set a limit";
    for (unsigned ID = 0; ID != 4; ++ID)
      if (!loadRefused(Manager, Large, ID))
        return "no memory for section " + std::to_string(ID);
    if (!Manager.finalizeMemory())
      return "not refused";
    size_t After = residentBytes();
    // Sanitizers note what is written in memory of their own.
    return JITSLAB_HAS_SHADOW_MEMORY || After < Before + 64 * MiB
               ? ""
               : std::to_string(After - Before) + " more";
  });
  CHECK(Outcome == "");
}

TEST_CASE("Refused objects share one range of addresses") {
  if (JITSLAB_HAS_SHADOW_MEMORY || runsUnderEmulator()) {
    WARN("NOT RUN: what is not ours takes too many addresses");
    return;
  }
  TestMemory System;
  auto Memory = smallStrictArena(System);
  std::string Outcome = inChild([&]() -> std::string {
    if (!limitAddressSpace(Large + 64 * MiB))
      return "cannot set a limit";
    ReservingMemoryManager Manager(Memory);
    for (unsigned ID = 0; ID != 8; ++ID)
      if (!loadRefused(Manager, Large - (ID % 4) * MiB, ID))
        return "no memory for section " + std::to_string(ID);
    return Manager.finalizeMemory() ? "" : "not refused";
  });
  CHECK(Outcome == "");
}

TEST_CASE("A refused object has memory where none can be shared") {
  TestMemory System;
  auto Memory = smallStrictArena(System);
  ReservingMemoryManager Manager(Memory);
  constexpr size_t Size = 16 * MiB;
  // Reserving, sharing, and mapping what is shared.
  for (size_t Nth = 1; Nth != 5; ++Nth) {
    System.FailNth = Nth;
    System.KeepFailing = true;
    CHECK(loadRefused(Manager, Size * Nth, unsigned(Nth)) != nullptr);
    System.FailNth = 0;
  }
  CHECK(Manager.finalizeMemory());
  CHECK(System.OpenShared == 0);
  llvm::consumeError(Manager.takeError());
}
