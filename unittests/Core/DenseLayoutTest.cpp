//===- DenseLayoutTest.cpp - Packed objects, written elsewhere ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include "Support/Random.h"
#include <atomic>
#include <thread>

using namespace jitslab;

namespace {

ArenaOptions denseOptions(bool Grow = true) {
  ArenaOptions O = smallOptions(Grow);
  O.ObjectLayout = Layout::Dense;
  return O;
}

Allocation loadFunction(Arena &A, uint16_t Value, size_t Size = FunctionSize) {
  Allocation Object = valueOf(A.allocate(footprint(Size, 8, 8)));
  writeFunction(Object[SegmentKind::Code].Working, Value);
  Object[SegmentKind::ROData].Working[0] = uint8_t(Value);
  REQUIRE_SUCCESS(sealOne(A, Object));
  return Object;
}

const uint8_t *codeOf(const Allocation &A) {
  return reinterpret_cast<const uint8_t *>(A[SegmentKind::Code].Executor);
}

} // namespace

TEST_CASE("Dense packs objects at the size of a cache line") {
  auto A = valueOf(Arena::create(denseOptions()));
  Allocation First = loadFunction(*A, 1), Second = loadFunction(*A, 2);
  for (SegmentKind K : AllSegmentKinds) {
    CHECK(Second[K].Executor - First[K].Executor == 64);
    CHECK(First[K].Size == 64);
  }
  CHECK(A->stats().LiveBytes == size_t(2) * 3 * 64);
  CHECK(callFunction(First[SegmentKind::Code].Executor) == 1);
  CHECK(callFunction(Second[SegmentKind::Code].Executor) == 2);
}

TEST_CASE("Dense changes no access rights and makes no call for an object") {
  TestMemory Memory;
  auto A = valueOf(ArenaAccess::create(denseOptions(), Memory));
  std::vector<Allocation> Objects;
  Objects.push_back(loadFunction(*A, 0));
  TestMemory::Counts Before = Memory.Calls;
  for (uint16_t I = 1; I != 200; ++I)
    Objects.push_back(loadFunction(*A, I));
  CHECK(Memory.Calls.total() - Before.total() <= 2);
  CHECK(Memory.Calls.Synchronize == 0);
  Objects.erase(Objects.begin() + 50, Objects.begin() + 150);
  for (uint16_t I = 0; I != 100; ++I)
    Objects.push_back(loadFunction(*A, I));
  CHECK(Memory.Calls.Protect == Before.Protect);
  CHECK(Memory.Calls.Map == Before.Map);
  CHECK(Memory.Calls.Unmap == Before.Unmap);
  // But for those that lie where others were freed.
  CHECK(Memory.Calls.Synchronize == 100);
  CHECK(Memory.Calls.total() - Before.total() <= 102);
}

namespace {

/// Remembers what was brought in.
class PopulatedMemory final : public TestMemory {
public:
  std::vector<AddressRange> Ranges;
  void populate(uintptr_t Start, size_t Size) override {
    Ranges.push_back({Start, Start + Size});
    TestMemory::populate(Start, Size);
  }
  bool has(const uint8_t *Byte) const {
    return llvm::any_of(Ranges, [At = uintptr_t(Byte)](AddressRange R) {
      return At >= R.Begin && At < R.End;
    });
  }
};

} // namespace

TEST_CASE("What Dense writes is brought in ahead, in steps that grow") {
  PopulatedMemory Memory;
  auto A = valueOf(ArenaAccess::create(denseOptions(), Memory));
  std::vector<Allocation> Objects;
  size_t Missing = 0;
  for (uint16_t I = 0; I != 200; ++I) {
    Objects.push_back(valueOf(A->allocate(footprint(4096, 8, 8))));
    for (SegmentKind K : AllSegmentKinds)
      Missing += !Memory.has(Objects.back()[K].Working);
  }
  CHECK(Missing == 0);
  CHECK(Memory.Ranges.size() <= 100);
}

TEST_CASE("Each lane of Dense has its rights from the beginning") {
  auto A = valueOf(Arena::create(denseOptions()));
  Allocation Object = valueOf(A->allocate(footprint(8, 8, 8)));
  CHECK(hasRights(Object[SegmentKind::Code].Executor, "r-x"));
  CHECK(hasRights(Object[SegmentKind::ROData].Executor, "r--"));
  CHECK(hasRights(Object[SegmentKind::RWData].Executor, "rw-"));
  for (SegmentKind K : {SegmentKind::Code, SegmentKind::ROData}) {
    auto Working = reinterpret_cast<uintptr_t>(Object[K].Working);
    CHECK(Working != Object[K].Executor);
    CHECK(hasRights(Working, "rw-"));
  }
  CHECK(reinterpret_cast<uintptr_t>(Object[SegmentKind::RWData].Working) ==
        Object[SegmentKind::RWData].Executor);
}

TEST_CASE("Nothing hands out the writer view of sealed code") {
  auto A = valueOf(Arena::create(denseOptions()));
  Allocation Object = loadFunction(*A, 5);
  CHECK(Object[SegmentKind::Code].Working == nullptr);
  CHECK(Object[SegmentKind::ROData].Working == nullptr);
  CHECK(Object[SegmentKind::Code].Executor != 0);
  CHECK(bool(Object[SegmentKind::Code]));
  CHECK(Object[SegmentKind::RWData].Working != nullptr);
}

TEST_CASE("The writer view lies at a random distance from the code") {
  // Under an emulator and with shadow memory others choose addresses.
  if (runsUnderEmulator() || JITSLAB_HAS_SHADOW_MEMORY) {
    WARN("NOT RUN: addresses are not the kernel's choice here");
    return;
  }
  auto Distance = [] {
    auto A = valueOf(Arena::create(denseOptions()));
    Allocation Object = valueOf(A->allocate(footprint(8, 8, 8)));
    const Segment Code = Object[SegmentKind::Code];
    return intptr_t(reinterpret_cast<uintptr_t>(Code.Working) - Code.Executor);
  };
  // A distance within 64 GiB has a chance of about 1/1000 for each.
  size_t Near = 0;
  intptr_t First = Distance();
  bool AllEqual = true;
  for (int I = 0; I != 8; ++I) {
    intptr_t D = Distance();
    AllEqual &= D == First;
    Near += std::abs(D) < (intptr_t(1) << 36);
  }
  CHECK(!AllEqual);
  CHECK(Near <= 2);
}

TEST_CASE("All lanes of a Dense window are within reach of each other") {
  WindowMemory Memory;
  ArenaOptions O = denseOptions(/*Grow=*/false);
  O.WindowSize = MaxWindowSize;
  auto A = valueOf(ArenaAccess::create(O, Memory));
  std::vector<Allocation> Objects;
  for (uint16_t I = 0; I != 300; ++I)
    Objects.push_back(valueOf(A->allocate(footprint(100, SlabSize, SlabSize))));
  uintptr_t Low = UINTPTR_MAX, High = 0;
  for (const Allocation &Object : Objects)
    for (SegmentKind K : AllSegmentKinds) {
      Low = std::min(Low, Object[K].Executor);
      High = std::max(High, Object[K].Executor + Object[K].Size);
    }
  CHECK(High - Low <= MaxWindowSize);
  CHECK(High - Low > MaxWindowSize / 2);
  CHECK(A->verify());
}

TEST_CASE("Code that Dense frees is traps, whether it was sealed or not") {
  auto A = valueOf(Arena::create(denseOptions()));
  // Keeps the slab.
  Allocation Other = loadFunction(*A, 1);
  Allocation Sealed = loadFunction(*A, 2, 5000);
  Allocation Open = valueOf(A->allocate(footprint(300, 0, 0)));
  writeFunction(Open[SegmentKind::Code].Working, 3);
  const uint8_t *SealedCode = codeOf(Sealed), *OpenCode = codeOf(Open);
  REQUIRE(!holdsTraps(SealedCode, FunctionSize));
  REQUIRE(!holdsTraps(OpenCode, FunctionSize));
  Sealed.release();
  Open.release();
  CHECK(holdsTraps(SealedCode, 5000));
  CHECK(holdsTraps(OpenCode, 300));
  CHECK(callFunction(Other[SegmentKind::Code].Executor) == 1);
}

TEST_CASE("Freed granules become one and are used again") {
  auto A = valueOf(Arena::create(denseOptions()));
  std::vector<Allocation> Objects;
  for (uint16_t I = 0; I != 64; ++I)
    Objects.push_back(loadFunction(*A, I));
  size_t Committed = A->stats().CommittedBytes;
  uintptr_t First = Objects[16][SegmentKind::Code].Executor;
  Objects.erase(Objects.begin() + 16, Objects.begin() + 48);
  Allocation Large = loadFunction(*A, 777, size_t(32) * 64);
  CHECK(Large[SegmentKind::Code].Executor == First);
  CHECK(A->stats().CommittedBytes == Committed);
  CHECK(A->verify());
}

TEST_CASE("A Dense segment grows in place while its neighbour is free") {
  auto A = valueOf(Arena::create(denseOptions()));
  Allocation Object = valueOf(A->allocate(footprint(100, 0, 0)));
  const Segment Before = Object[SegmentKind::Code];
  // What is left of the granule is used first.
  Segment More =
      ArenaAccess::enlarge(*A, Object, SegmentKind::Code, 100, {20, 4});
  CHECK(More.Executor == Before.Executor + 100);
  CHECK(Object[SegmentKind::Code].Size == Before.Size);
  More = ArenaAccess::enlarge(*A, Object, SegmentKind::Code, 120, {1000, 256});
  CHECK(More.Executor % 256 == 0);
  CHECK(More.Executor > Before.Executor);
  CHECK(More.Executor + 1000 <=
        Before.Executor + Object[SegmentKind::Code].Size);
  CHECK(More.Working - Before.Working ==
        ptrdiff_t(More.Executor - Before.Executor));
  // A kind that it has nothing of.
  Segment Data =
      ArenaAccess::enlarge(*A, Object, SegmentKind::RWData, 0, {10, 16});
  CHECK(Data.Executor == Object[SegmentKind::RWData].Executor);
  // With a neighbour there is no room; nothing changes.
  Allocation Neighbour = valueOf(A->allocate(footprint(64, 0, 0)));
  size_t Size = Object[SegmentKind::Code].Size;
  CHECK(!ArenaAccess::enlarge(*A, Object, SegmentKind::Code, Size, {64, 16}));
  CHECK(!ArenaAccess::enlarge(*A, Object, SegmentKind::Code, Size,
                              {size_t(1) << 40, 16}));
  CHECK(Object[SegmentKind::Code].Size == Size);
  CHECK(A->verify());
}

TEST_CASE("Reservations are wanted where an object could run out of window") {
  ArenaOptions O = denseOptions();
  O.WindowSize = 0;
  auto Large = valueOf(Arena::create(O));
  CHECK(!ArenaAccess::wantsReservations(*Large));
  Allocation Half = valueOf(Large->allocate(
      footprint(0, 0, Large->options().WindowSize / 2 + SlabSize)));
  CHECK(ArenaAccess::wantsReservations(*Large));
  Half.release();
  Large->trim();
  CHECK(!ArenaAccess::wantsReservations(*Large));
  CHECK(
      ArenaAccess::wantsReservations(*valueOf(Arena::create(denseOptions()))));
  for (Layout L : {Layout::PerObject, Layout::PerProtection})
    CHECK(ArenaAccess::wantsReservations(*arenaWith(L)));
}

TEST_CASE("Memory that Dense trims is given back to the system") {
  WindowMemory Memory;
  auto A = valueOf(ArenaAccess::create(denseOptions(), Memory));
  Allocation Object = valueOf(A->allocate(footprint(SlabSize, SlabSize, 100)));
  memset(Object[SegmentKind::Code].Working, 1, SlabSize);
  memset(Object[SegmentKind::ROData].Working, 1, SlabSize);
  uintptr_t Code = Object[SegmentKind::Code].Executor;
  auto Working = reinterpret_cast<uintptr_t>(Object[SegmentKind::Code].Working);
  Object.release();
  CHECK(A->trim() == 3 * SlabSize);
  CHECK(A->stats().CommittedBytes == 0);
  CHECK(hasRights(Code, "---"));
  CHECK(hasRights(Working, "---"));
  // What comes back is zero: it is other memory.
  Allocation Again = valueOf(A->allocate(footprint(SlabSize, 0, 0)));
  CHECK(codeOf(Again)[SlabSize / 2] == 0);
}

TEST_CASE("Dense keeps no more descriptors open than it has windows") {
  TestMemory Memory;
  {
    auto A = valueOf(ArenaAccess::create(denseOptions(), Memory));
    CHECK(Memory.OpenShared == 1);
    std::vector<Allocation> Objects;
    while (A->stats().Windows < 3)
      Objects.push_back(valueOf(A->allocate(footprint(SlabSize, 0, 0))));
    CHECK(Memory.OpenShared == 3);
    Objects.clear();
    A->trim();
    CHECK(Memory.OpenShared == 1);
  }
  CHECK(Memory.OpenShared == 0);
  CHECK(Memory.OpenReservations == 0);
}

TEST_CASE("No mapping is writable and executable while Dense works") {
  auto A = valueOf(Arena::create(denseOptions()));
  std::atomic<bool> Done{false};
  std::atomic<size_t> Scans{0}, Both{0}, Writable{0}, Executable{0};
  std::thread Scanner([&] {
    while (!Done) {
      for (const Mapping &M : currentMappings()) {
        bool W = M.Rights[1] == 'w', X = M.Rights[2] == 'x';
        Both += W && X;
        if (M.Name.find("memfd:jitslab") != std::string::npos) {
          Writable += W;
          Executable += X;
        }
      }
      ++Scans;
    }
  });
  Random Rand(testSeed(7));
  std::vector<Allocation> Live;
  for (size_t I = 0; I != 20000 || Scans < 5; ++I) {
    Allocation Object = valueOf(
        A->allocate(footprint(Rand.between(8, 20000), Rand.below(3000), 8)));
    writeFunction(Object[SegmentKind::Code].Working, uint16_t(I));
    REQUIRE_SUCCESS(sealOne(*A, Object));
    Live.push_back(std::move(Object));
    if (Live.size() > 300)
      Live.erase(Live.begin() + Rand.below(Live.size()));
    if (Rand.percent(1))
      A->trim();
  }
  Done = true;
  Scanner.join();
  CHECK(Both == 0);
  // It has seen both views.
  CHECK(Writable > 0);
  CHECK(Executable > 0);
}
