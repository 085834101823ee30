//===- LockTest.cpp - What is done while an arena is locked ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/PausingLock.h"
#include "Platform/InParts.h"
#include "Support/ArenaFixture.h"
#include "Support/Layouts.h"
#include "Support/Threads.h"
#include <algorithm>
#include <atomic>
#include <cstring>
#include <numeric>
#include <sys/mman.h>
#include <thread>

using namespace jitslab;

namespace {

constexpr size_t LargeSize = SlabSize + SlabSize / 4;

/// Counts the pages in memory of what calls are for that take longer for it,
/// while an arena is locked.
class WatchedMemory final : public TestMemory {
public:
  /// Who is asked whether it is locked; null while nobody is.
  const Arena *Watched = nullptr;
  /// The most bytes in memory that one call had to do with under the lock.
  size_t MostWhileLocked = 0;
  /// The same without it.
  size_t MostUnlocked = 0;

  std::error_code protect(uintptr_t Start, size_t Size, Access A) override {
    note(Start, Size);
    return TestMemory::protect(Start, Size, A);
  }
  void populate(uintptr_t Start, size_t Size) override {
    note(Start, Size, Size);
    TestMemory::populate(Start, Size);
  }
  std::error_code discard(uintptr_t Start, size_t Size) override {
    note(Start, Size);
    return TestMemory::discard(Start, Size);
  }
  std::error_code unmap(uintptr_t Start, size_t Size) override {
    note(Start, Size);
    return TestMemory::unmap(Start, Size);
  }
  std::error_code discardShared(uintptr_t Start, size_t Size,
                                const SharedMemory &M, size_t Offset) override {
    note(Start, Size);
    return TestMemory::discardShared(Start, Size, M, Offset);
  }
  std::error_code mapShared(uintptr_t Start, size_t Size, Access A,
                            const SharedMemory &M, size_t Offset,
                            Sharing S) override {
    note(Start, Size);
    return TestMemory::mapShared(Start, Size, A, M, Offset, S);
  }
  std::error_code release(uintptr_t Start, size_t Size, size_t Guard) override {
    note(Start, Size);
    return TestMemory::release(Start, Size, Guard);
  }

private:
  void note(uintptr_t Start, size_t Size, size_t AtLeast = 0) {
    if (!Watched)
      return;
    bool Locked = false;
    // This thread may have locked it.
    std::thread([&] { Locked = ArenaAccess::isLocked(*Watched); }).join();
    size_t &Most = Locked ? MostWhileLocked : MostUnlocked;
    Most = std::max({Most, residentBytes(Start, Size), AtLeast});
  }

  size_t residentBytes(uintptr_t Start, size_t Size) const {
    std::vector<unsigned char> Resident(Size / pageSize());
    if (mincore(reinterpret_cast<void *>(Start), Size, Resident.data()))
      return 0;
    return std::accumulate(Resident.begin(), Resident.end(), size_t(0),
                           [](size_t Sum, auto C) { return Sum + (C & 1); }) *
           pageSize();
  }
};

Allocation loadLarge(Arena &A, const Footprint &F) {
  Allocation Object = valueOf(A.allocate(F));
  for (SegmentKind K : AllSegmentKinds)
    if (Object[K])
      memset(Object[K].Working, 1, Object[K].Size);
  REQUIRE_SUCCESS(sealOne(A, Object));
  return Object;
}

} // namespace

TEST_CASE("What takes longer for a large object is not done to an arena that "
          "is locked") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator does not say what is in memory");
    return;
  }
  WatchedMemory Memory;
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  O.WindowSize = 8 * SlabSize;
  O.Grow = GENERATE(false, true);
  auto A = valueOf(ArenaAccess::create(O, Memory));
  Memory.Watched = A.get();
  // New memory, and what was used before.
  for (int I = 0; I != 2; ++I)
    loadLarge(*A, footprint(LargeSize, LargeSize, LargeSize));
  // What other lanes have and do not need.
  loadLarge(*A, footprint(0, 0, 5 * SlabSize));
  loadLarge(*A, footprint(5 * SlabSize, 0, 0));
  {
    Allocation First = loadLarge(*A, footprint(0, 4 * SlabSize, 0));
    if (O.Grow)
      loadLarge(*A, footprint(0, 5 * SlabSize, 0));
    A->trim();
    CHECK(A->stats().Windows == 1);
  }
  A->trim();
  CHECK(A->stats().CommittedBytes == 0);
  Memory.Watched = nullptr;
  CHECK(Memory.MostWhileLocked <= SlabSize);
  CHECK(Memory.MostUnlocked >= SlabSize / 2);
  CHECK(A->verify());
}

TEST_CASE("What takes longer for a large object is done in parts") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator does not say what is in memory");
    return;
  }
  constexpr size_t Large = 2 * LargestPart + SlabSize;
  WatchedMemory Memory;
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  O.WindowSize = 128 * SlabSize;
  auto A = valueOf(ArenaAccess::create(O, Memory));
  Memory.Watched = A.get();
  // New memory, and what was used before.
  for (int I = 0; I != 2; ++I)
    loadLarge(*A, footprint(Large, Large, Large));
  CHECK(Memory.MostUnlocked <= LargestPart);
  // Dense changes no rights.
  CHECK(
      (O.ObjectLayout == Layout::Dense || Memory.MostUnlocked == LargestPart));
}

TEST_CASE("Large memory is sealed as a whole where there is no mapping for a "
          "part of it") {
  TestMemory Memory;
  ArenaOptions O;
  O.ObjectLayout = Layout::PerProtection;
  auto A = valueOf(ArenaAccess::create(O, Memory));
  Allocation Object =
      valueOf(A->allocate(footprint(2 * LargestPart + SlabSize, 0, 0)));
  memset(Object[SegmentKind::Code].Working, 1, Object[SegmentKind::Code].Size);
  const size_t Calls = Memory.Calls.Protect;
  Memory.FailNth = 2;
  REQUIRE_SUCCESS(sealOne(*A, Object));
  CHECK(Memory.Calls.Protect - Calls == 3);
  const Segment Code = Object[SegmentKind::Code];
  for (size_t Offset = 0; Offset < Code.Size; Offset += SlabSize)
    CHECK(hasRights(Code.Executor + Offset, "r-x"));
}

namespace {

/// Is long about giving memory back, until another thread has what it wants.
class LongTrimMemory final : public TestMemory {
public:
  std::atomic<bool> HasBegun{false}, OtherIsDone{false};
  size_t SlabsBeforeOther = 0;

  std::error_code unmap(uintptr_t Start, size_t Size) override {
    HasBegun = true;
    if (!OtherIsDone) {
      ++SlabsBeforeOther;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return TestMemory::unmap(Start, Size);
  }
};

/// An arena with one window, so that lanes need what others give back.
std::shared_ptr<Arena> arenaOfSlabs(TestMemory &Memory, size_t Slabs) {
  ArenaOptions O;
  O.ObjectLayout = Layout::PerProtection;
  O.WindowSize = Slabs * SlabSize;
  O.Grow = false;
  return valueOf(ArenaAccess::create(O, Memory));
}

} // namespace

TEST_CASE("Who waits for an arena that gives back many slabs has it before the "
          "next ones") {
  constexpr size_t Slabs = 500;
  LongTrimMemory Memory;
  auto A = arenaOfSlabs(Memory, 512);
  {
    Allocation Large = valueOf(A->allocate(footprint(0, 0, Slabs * SlabSize)));
  }
  std::thread Other([&] {
    if (!waitUntil([&] { return Memory.HasBegun.load(); }))
      return;
    llvm::consumeError(A->allocate(footprint(100, 100, 100)).takeError());
    Memory.OtherIsDone = true;
  });
  // When it is asked for, or by itself for read-only data.
  const bool Asked = GENERATE(false, true);
  if (Asked)
    A->trim();
  Allocation Next = valueOf(A->allocate(footprint(0, 400 * SlabSize, 0)));
  Other.join();
  CHECK(Memory.SlabsBeforeOther < Slabs / 2);
  CHECK(A->verify());
}

TEST_CASE("What a full arena still gives back to the system is there for all "
          "who wait") {
  LongTrimMemory Memory;
  auto A = arenaOfSlabs(Memory, 64);
  {
    Allocation Large = valueOf(A->allocate(footprint(0, 0, 62 * SlabSize)));
  }
  std::atomic<size_t> Refused{0};
  std::thread Other([&] {
    if (!waitUntil([&] { return Memory.HasBegun.load(); }))
      ++Refused;
    llvm::Expected<Allocation> Next =
        A->allocate(footprint(0, SlabSize * 10, 0));
    if (!Next) {
      ++Refused;
      llvm::consumeError(Next.takeError());
    }
    Memory.OtherIsDone = true;
  });
  A->trim();
  Other.join();
  CHECK(Refused == 0);
  CHECK(A->verify());
}

TEST_CASE("Large memory that cannot be made writable again is replaced by "
          "other memory") {
  TestMemory Memory;
  ArenaOptions O;
  O.ObjectLayout = Layout::PerProtection;
  O.WindowSize = 64 * SlabSize;
  auto A = valueOf(ArenaAccess::create(O, Memory));
  const Footprint F = footprint(0, LargeSize, 100);
  uintptr_t Before = loadLarge(*A, F)[SegmentKind::ROData].Executor;
  Memory.FailNth = 1;
  Memory.KeepFailing = GENERATE(false, true);
  llvm::Expected<Allocation> Object = A->allocate(F);
  Memory.FailNth = 0;
  CHECK(A->verify());
  if (Memory.KeepFailing) {
    CHECK(!Object);
    llvm::consumeError(Object.takeError());
    CHECK(A->stats().LiveObjects == 0);
    CHECK(A->stats().LiveBytes == 0);
  } else {
    // The second attempt succeeds.
    Allocation Second = valueOf(std::move(Object));
    CHECK(Second[SegmentKind::ROData].Executor - Before < SlabSize);
    memset(Second[SegmentKind::ROData].Working, 1, LargeSize);
    REQUIRE_SUCCESS(sealOne(*A, Second));
  }
  A->trim();
  CHECK((Memory.KeepFailing ? A->stats().CommittedBytes : 0) == 0);
}

TEST_CASE("Large sealed memory stays what it is when it is taken for an object "
          "that finds no room") {
  ArenaOptions O;
  O.ObjectLayout = Layout::PerProtection;
  O.WindowSize = 16 * SlabSize;
  O.Grow = false;
  auto A = valueOf(Arena::create(O));
  {
    Allocation Room = valueOf(A->allocate(footprint(4 * SlabSize, 0, 0)));
  }
  // Between two that keep its slabs from being given back.
  Allocation Before = loadLarge(*A, footprint(SlabSize / 4, 0, 0));
  Allocation Large = loadLarge(*A, footprint(LargeSize, 0, 0));
  Allocation After = loadLarge(*A, footprint(SlabSize / 4, 0, 0));
  const uintptr_t Place = Large[SegmentKind::Code].Executor;
  Large.release();
  std::string Message;
  CHECK(codeOf(A->allocate(footprint(LargeSize, 0, 15 * SlabSize)), Message) ==
        std::errc::not_enough_memory);
  CHECK(hasRights(Place, "r-x"));
  Allocation Next = valueOf(A->allocate(footprint(LargeSize, 100, 100)));
  const Segment Code = Next[SegmentKind::Code];
  CHECK(Code.Executor - Place < SlabSize);
  REQUIRE(hasRights(Code.Executor, "rw-"));
  REQUIRE(hasRights(Code.Executor + Code.Size - 1, "rw-"));
  memset(Code.Working, 1, Code.Size);
  REQUIRE_SUCCESS(sealOne(*A, Next));
  CHECK(A->verify());
}

namespace {

/// Gives no slab back, and takes the rights of half of it.
class RefusingMemory final : public TestMemory {
public:
  bool Refuses = false;

  std::error_code protect(uintptr_t Start, size_t Size, Access A) override {
    if (!Refuses)
      return TestMemory::protect(Start, Size, A);
    REQUIRE(!TestMemory::protect(Start, Size / 2, A));
    return std::error_code(ENOMEM, std::generic_category());
  }
  std::error_code unmap(uintptr_t Start, size_t Size) override {
    return Refuses ? std::error_code(ENOMEM, std::generic_category())
                   : TestMemory::unmap(Start, Size);
  }
};

} // namespace

TEST_CASE("Large data that cannot be made writable again is not taken for "
          "writable") {
  RefusingMemory Memory;
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  auto A = valueOf(ArenaAccess::create(O, Memory));
  {
    Allocation Large = loadLarge(*A, footprint(0, 0, 2 * SlabSize));
  }
  Memory.Refuses = true;
  CHECK(A->trim() == 0);
  Memory.Refuses = false;
  Memory.FailNth = 1;
  Allocation Data = valueOf(A->allocate(footprint(0, 0, LargeSize)));
  const Segment S = Data[SegmentKind::RWData];
  REQUIRE(hasRights(S.Executor, "rw-"));
  REQUIRE(hasRights(S.Executor + S.Size - 1, "rw-"));
  memset(S.Working, 1, S.Size);
  CHECK(A->verify());
}

TEST_CASE("A lock that nobody waits for is not let go") {
  PausingLock Lock;
  Lock.lock();
  CHECK(!Lock.pause());
  Lock.unlock();
}
