//===- ForkTest.cpp - Forks while threads use the process's arena -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Catch.h"
#include "Support/Child.h"
#include "Support/Layouts.h"
#include "jitslab-preload/PreloadMemoryManager.h"
#include <atomic>
#include <mutex>
#include <thread>
#include <unistd.h>

using namespace jitslab;

/// What a linker does for an object, without LLVM: LLVM has locks of its own,
/// which do not survive a fork.
static void place() {
  const auto Align = ReserveAlign(16);
  PreloadMemoryManager Manager;
  llvm::RTDyldMemoryManager &M = Manager;
  M.reserveAllocationSpace(100, Align, 100, Align, 100, Align);
  M.allocateCodeSection(100, 16, 1, ".text");
  M.allocateDataSection(100, 16, 2, ".data", false);
  M.finalizeMemory(nullptr);
}

/// Runs \p Body in a child. Who waits for a lock that nobody holds any more
/// does so for ever; then the child is killed, after \p Seconds.
template <typename Fn> static bool endsInChild(Fn Body, unsigned Seconds = 10) {
  ChildOutcome Child = runInChild([&] {
    alarm(Seconds);
    return Body() ? 0 : 1;
  });
  return Child.passed();
}

/// Forks \p Count times while threads run \p Work, until a child that does the
/// same does not come to an end. \returns true if all did.
template <typename Fn>
static bool forkWhile(Fn Work, int Count, unsigned Seconds = 10) {
  std::atomic<bool> Done{false};
  std::thread Threads[3];
  for (std::thread &T : Threads)
    T = std::thread([&] {
      while (!Done)
        Work();
    });
  int Good = 0;
  auto Again = [&] {
    Work();
    return true;
  };
  while (Good < Count && endsInChild(Again, Seconds))
    ++Good;
  Done = true;
  for (std::thread &T : Threads)
    T.join();
  return Good == Count;
}

// The arena is made in children only, so that each test case makes its own.
static bool inChildWith(const std::string &Options, bool (*Body)()) {
  return runInChild([&] {
           setenv(OptionsVariable, Options.c_str(), 1);
           return Body() ? 0 : 1;
         })
      .passed();
}

TEST_CASE("A child of a fork finds the arena as if no thread were inside it") {
  std::string Options = "layout=" + layoutName(anyLayout()).str();
  INFO(Options);
  CHECK(inChildWith(Options, [] {
    return ProcessArena::get().arena() &&
           forkWhile(place, isBrief() ? 50 : 300);
  }));
}

TEST_CASE(
    "Control: a lock that forks do not wait for stays locked in a child") {
  CHECK_FALSE(inChildWith("", [] {
    static std::mutex Lock;
    return forkWhile(
        [] {
          std::lock_guard<std::mutex> Guard(Lock);
          place();
        },
        3000, /*Seconds=*/3);
  }));
}

/// Forks while a thread makes the process's arena. The child makes or finds one
/// as well. \p Moment: how long the thread has been at it.
static bool forkWhileMaking(int Moment) {
  auto MakeArena = [] { return ProcessArena::get().arena() != nullptr; };
  std::atomic<bool> Begun{false};
  std::thread Other([&] {
    Begun = true;
    MakeArena();
  });
  while (!Begun)
    ;
  // Making one takes some 100 us.
  for (volatile int Wait = 0; Wait < Moment * 200; ++Wait)
    ;
  bool ChildOk = endsInChild(MakeArena);
  Other.join();
  return ChildOk;
}

TEST_CASE("A fork while a thread makes the arena leaves the child able to") {
  for (int Moment = 0; Moment < 300; Moment += isBrief() ? 6 : 1) {
    INFO(Moment);
    // In a child, as the arena of a process is made once only.
    REQUIRE(endsInChild([&] { return forkWhileMaking(Moment); }));
  }
}

TEST_CASE("Control: a static that is made under a guard hangs in the child") {
  CHECK_FALSE(inChildWith("", [] {
    static std::atomic<bool> IsBeingMade{false}, Forked{false};
    auto Make = [] {
      static std::shared_ptr<Arena> A = [] {
        IsBeingMade = true;
        while (!Forked)
          std::this_thread::yield();
        return valueOf(Arena::create());
      }();
      return A != nullptr;
    };
    std::thread Other(Make);
    while (!IsBeingMade)
      std::this_thread::yield();
    bool ChildOk = endsInChild(Make, /*Seconds=*/3);
    Forked = true;
    Other.join();
    return ChildOk;
  }));
}
