//===- ForkOrderTest.cpp - The host's fork handlers and jitslab's ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// What a process has registered it keeps, so each test has one of its own.

#include "Platform/Fork.h"
#include "Support/ArenaFixture.h"
#include "Support/Child.h"
#include "Support/Threads.h"
#include <atomic>
#include <mutex>
#include <pthread.h>
#include <thread>

using namespace jitslab;

/// Of a host: held while it calls an arena, and across forks.
static std::mutex HostLock;
static std::shared_ptr<Arena> HostArena;

static void load() {
  Allocation Object =
      llvm::cantFail(HostArena->allocate(footprint(100, 16, 16)));
  llvm::cantFail(sealOne(*HostArena, Object));
}

/// Forks while a thread is in the arena nearly all the time. Whoever takes more
/// than \p Seconds waits for ever, and is killed.
static int forkWhileLoading(unsigned Seconds) {
  alarm(Seconds);
  std::atomic<bool> Done{false};
  std::thread Loader([&] {
    while (!Done) {
      std::lock_guard<std::mutex> Guard(HostLock);
      load();
    }
  });
  int Bad = 0;
  for (int I = 0; I != 100; ++I)
    Bad += !runInChild([&] {
              alarm(Seconds);
              std::lock_guard<std::mutex> Guard(HostLock);
              load();
              return 0;
            }).passed();
  Done = true;
  Loader.join();
  return Bad;
}

TEST_CASE("A host that forks with its lock held may call arenas under it") {
  if (!canForkWithThreads())
    return;
  CHECK(runInChild([] {
          // Before there is an arena.
          pthread_atfork([] { HostLock.lock(); }, [] { HostLock.unlock(); },
                         [] { HostLock.unlock(); });
          HostArena = llvm::cantFail(Arena::create(smallOptions()));
          return forkWhileLoading(60);
        }).passed());
}

namespace {
/// Comes after the arenas that were made after it: takes the lock while theirs
/// are held, as handlers do that were registered before jitslab's.
class LateLock final : public ForkListener {
public:
  LateLock() { enroll(); }
  ~LateLock() override { withdraw(); }
  void beforeFork() override { HostLock.lock(); }
  void afterForkInParent() override { HostLock.unlock(); }
  void afterForkInChild() override { HostLock.unlock(); }
};
} // namespace

TEST_CASE("Control: a lock that a fork takes after those of arenas is a "
          "deadlock") {
  if (!canForkWithThreads())
    return;
  ChildOutcome Outcome = runInChild([] {
    LateLock Late;
    HostArena = llvm::cantFail(Arena::create(smallOptions()));
    return forkWhileLoading(5);
  });
  CHECK(Outcome.describe() ==
        "killed by signal " + std::to_string(int(SIGALRM)));
}

TEST_CASE("A host's own fork handlers may use arenas") {
  CHECK(runInChild([] {
          alarm(20);
          pthread_atfork([] { HostArena->trim(); }, load, load);
          HostArena = llvm::cantFail(Arena::create(smallOptions()));
          int Bad = 0;
          for (int I = 0; I != 10; ++I)
            Bad += !runInChild([] {
                      alarm(20);
                      load();
                      return HostArena->verify() ? 0 : 1;
                    }).passed();
          return HostArena->verify() ? Bad : 1;
        }).passed());
}
