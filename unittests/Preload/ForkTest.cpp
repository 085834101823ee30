//===- ForkTest.cpp - Forks while threads use the process's arena -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Catch.h"
#include "Support/Child.h"
#include "jitslab-preload/PreloadMemoryManager.h"
#include <atomic>
#include <thread>
#include <unistd.h>

using namespace jitslab;

/// What a linker does for an object, without LLVM: LLVM has locks of its own,
/// which do not survive a fork either.
static void place(ReservingMemoryManager &&Manager) {
  const auto Align = ReserveAlign(16);
  llvm::RTDyldMemoryManager &M = Manager;
  M.reserveAllocationSpace(100, Align, 100, Align, 100, Align);
  M.allocateCodeSection(100, 16, 1, ".text");
  M.allocateDataSection(100, 16, 2, ".data", false);
  M.finalizeMemory(nullptr);
}

/// Forks \p Count times while threads run \p Place, until a child that does the
/// same does not come to an end. \returns how many children did.
template <typename Fn> static int forkWhile(Fn Place, int Count) {
  std::atomic<bool> Done{false};
  std::vector<std::thread> Threads;
  for (int T = 0; T < 3; ++T)
    Threads.emplace_back([&] {
      while (!Done)
        Place();
    });
  int Good = 0;
  for (; Good < Count; ++Good) {
    ChildOutcome Child = runInChild([&] {
      // Who waits for a lock that nobody holds any more does so for ever.
      alarm(10);
      Place();
      return 0;
    });
    if (!Child.passed())
      break;
  }
  Done = true;
  for (std::thread &T : Threads)
    T.join();
  return Good;
}

TEST_CASE("A fork waits until no thread is inside the arena") {
  REQUIRE(ProcessArena::get().arena());
  CHECK(forkWhile([] { place(PreloadMemoryManager()); }, 300) == 300);
}

TEST_CASE("Control: without the gate a child finds the arena locked") {
  auto A = valueOf(Arena::create());
  CHECK(forkWhile([&] { place(ReservingMemoryManager(A)); }, 3000) < 3000);
}
