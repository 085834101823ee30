//===- WindowGroupTest.cpp - Objects with windows of their own ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Layouts.h"
#include "Support/Process.h"
#include "Support/Threads.h"
#include "Support/Watchdog.h"
#include <atomic>
#include <malloc.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace jitslab;

namespace {

/// What stands for groups.
constexpr char Keys[4] = {};

Allocation loadInto(Arena &A, const char &Key, const Footprint &F) {
  return valueOf(ArenaAccess::allocateIn(A, {&Key}, F));
}

/// Gives no memory until it is told to.
class BlockingMemory final : public TestMemory {
public:
  std::atomic<bool> Blocks{false}, IsBlocked{false};

  std::error_code protect(uintptr_t Start, size_t Size, Access A) override {
    IsBlocked = Blocks.load();
    (void)waitUntil([&] { return !Blocks; });
    return TestMemory::protect(Start, Size, A);
  }
};

/// Notes whether windows are released while their arena is locked.
class ReleasingMemory final : public TestMemory {
public:
  const Arena *Watched = nullptr;
  size_t Releases = 0, WhileLocked = 0;

  std::error_code release(uintptr_t Start, size_t Size, size_t Guard) override {
    if (Watched) {
      ++Releases;
      // This thread may have locked it.
      std::thread([&] {
        WhileLocked += ArenaAccess::isLocked(*Watched);
      }).join();
    }
    return TestMemory::release(Start, Size, Guard);
  }
};

} // namespace

TEST_CASE("A new group does not wait for a fork that waits for an arena") {
  if (runsUnderEmulator())
    return; // It waits for ever itself.
  Watchdog Guard("a fork and an object of a new group");
  TestMemory Free;
  BlockingMemory Memory;
  // A fork comes to the newest arena first.
  auto A = valueOf(ArenaAccess::create(ArenaOptions(), Free));
  auto Busy = valueOf(ArenaAccess::create(smallOptions(), Memory));
  Memory.Blocks = true;
  std::thread Commits([&] {
    llvm::consumeError(Busy->allocate(footprint(0, 0, 100)).takeError());
  });
  CHECK(waitUntil([&] { return Memory.IsBlocked.load(); }));
  std::thread Forks([] {
    const pid_t Child = fork();
    if (Child == 0)
      _exit(0);
    waitpid(Child, nullptr, 0);
  });
  // There is no sign of how far a fork has come.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  std::atomic<bool> IsLoaded{false};
  std::thread Loads([&] {
    llvm::consumeError(
        ArenaAccess::allocateIn(*A, {&Keys[0]}, footprint(0, 0, 100))
            .takeError());
    IsLoaded = true;
  });
  CHECK(waitUntil([&] { return IsLoaded.load(); }));
  Memory.Blocks = false;
  Commits.join();
  Forks.join();
  Loads.join();
}

TEST_CASE("Windows of groups that are gone are released without the lock") {
  ReleasingMemory Memory;
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  auto A = valueOf(ArenaAccess::create(O, Memory));
  {
    std::vector<Allocation> Objects;
    for (size_t I = 0; I != 3; ++I)
      Objects.push_back(loadInto(*A, Keys[I], footprint(100, 100, 100)));
  }
  REQUIRE(A->stats().Windows == 4);
  Memory.Watched = A.get();
  {
    // One of the three serves the new group.
    Allocation Object = loadInto(*A, Keys[3], footprint(100, 100, 100));
    CHECK(A->stats().Windows == 2);
    CHECK(Memory.Releases >= 2);
    CHECK(Memory.WhileLocked == 0);
    CHECK(A->verify());
  }
  Memory.Watched = nullptr;
}

TEST_CASE("A new group makes others give nothing back") {
  TestMemory Memory;
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  auto A = valueOf(ArenaAccess::create(O, Memory));
  Allocation Live = loadInto(*A, Keys[0], footprint(100, 100, 100));
  loadInto(*A, Keys[0], footprint(3 * SlabSize, 0, 0)).release();
  const size_t Committed = A->stats().CommittedBytes;
  Allocation New = loadInto(*A, Keys[1], footprint(0, 0, 100));
  CHECK(A->stats().CommittedBytes == Committed + SlabSize);
  CHECK(A->verify());
}

TEST_CASE("A new group gets the address space of windows that are not used") {
  TestMemory Memory;
  auto A = valueOf(ArenaAccess::create(smallOptions(), Memory));
  Allocation Live = loadInto(*A, Keys[0], footprint(100, 100, 100));
  {
    // A second window of the group, which nobody uses then.
    Allocation Large = loadInto(*A, Keys[0], footprint(0, 0, 6 * SlabSize));
  }
  REQUIRE(A->stats().Windows == 3);
  Memory.FailNth = 1;
  Allocation New = loadInto(*A, Keys[1], footprint(0, 0, 100));
  CHECK(A->stats().Windows == 3);
  CHECK(A->verify());
}

#if !JITSLAB_HAS_SHADOW_MEMORY
TEST_CASE("A child forked while a thread looks an address up frees the marks "
          "of windows that go") {
  if (runsUnderEmulator())
    return; // It waits for ever itself.
  ArenaOptions O = smallOptions();
  O.ObjectLayout = Layout::Dense;
  auto A = valueOf(Arena::create(O));
  Allocation Live = valueOf(A->allocate(footprint(100, 0, 0)));
  std::atomic<bool> Stop{false};
  std::thread Looks([&] {
    while (!Stop)
      (void)A->lookup(Live[SegmentKind::Code].Executor);
  });
  std::string Found;
  for (int I = 0; I != 10 && Found.empty(); ++I)
    Found = inChild([&]() -> std::string {
      auto ComeAndGo = [&] {
        loadInto(*A, Keys[0], footprint(100, 100, 100)).release();
        A->trim();
      };
      ComeAndGo();
      const size_t Before = mallinfo2().uordblks;
      for (int J = 0; J != 20; ++J)
        ComeAndGo();
      // A window has 16 KiB of them for each of three slabs.
      const size_t More = mallinfo2().uordblks - Before;
      return More < (size_t(100) << 10)
                 ? ""
                 : std::to_string(More) + " bytes of the heap are kept";
    });
  Stop = true;
  Looks.join();
  CHECK(Found == "");
}
#endif
