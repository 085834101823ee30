//===- ThreadTest.cpp - Arenas that threads share -------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/MachineCode.h"
#include "Support/Random.h"
#include "Support/Threads.h"
#include <atomic>
#include <thread>

using namespace jitslab;

/// A thread's work. Counts in \p Failures what goes wrong: Catch2's assertions
/// are not thread-safe.
static void loadAndRun(Arena &A, uint64_t Seed, std::atomic<size_t> &Failures) {
  constexpr size_t Steps = 400;
  constexpr size_t MostLive = 20;
  Random Rand(Seed);
  struct Loaded {
    Allocation Object;
    uint16_t Value;
  };
  std::vector<Loaded> Live;
  for (size_t Step = 0; Step != Steps; ++Step) {
    size_t Code = FunctionSize + Rand.below(Rand.percent(95) ? 10000 : 500000);
    auto Object = A.allocate(footprint(Code, Rand.below(9000), 1 + Step));
    if (!Object) {
      llvm::consumeError(Object.takeError());
      ++Failures;
      continue;
    }
    uint16_t Value = uint16_t(Rand.next());
    const Segment &Function = (*Object)[SegmentKind::Code];
    writeFunction(Function.Working, Value);
    (*Object)[SegmentKind::RWData].Working[0] = uint8_t(Value);
    if (Rand.percent(20))
      Object->shrink(SegmentKind::Code, Rand.between(FunctionSize, Code));
    if (llvm::Error Err = sealOne(A, *Object)) {
      llvm::consumeError(std::move(Err));
      ++Failures;
      continue;
    }
    Live.push_back({std::move(*Object), Value});
    const Loaded &Some = Live[Rand.below(Live.size())];
    Failures += callFunction(Some.Object[SegmentKind::Code].Executor) !=
                int(Some.Value);
    Failures +=
        Some.Object[SegmentKind::RWData].Working[0] != uint8_t(Some.Value);
    if (Live.size() == MostLive || Rand.percent(40))
      Live.erase(Live.begin() + Rand.below(Live.size()));
    if (Rand.percent(3))
      A.trim();
    if (Rand.percent(3))
      Failures += !isConsistent(A.stats()) || !A.verify();
  }
}

TEST_CASE("Threads load and run and free code in one arena") {
  const uint64_t Seed = testSeed(99);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayoutThatReusesCode();
  std::shared_ptr<Arena> A = valueOf(Arena::create(O));
  std::atomic<size_t> Failures{0};
  std::vector<std::thread> Threads;
  for (uint64_t I = 0; I != 4; ++I)
    Threads.emplace_back([&, I] { loadAndRun(*A, Seed + I, Failures); });
  for (std::thread &T : Threads)
    T.join();
  CHECK(Failures == 0);
  ArenaStats S = A->stats();
  CHECK(S.LiveObjects == 0);
  CHECK(S.LiveBytes == 0);
  CHECK(isConsistent(S));
  A->trim();
  CHECK(A->stats().CommittedBytes == 0);
  CHECK(A->stats().Windows == 1);
  CHECK(A->verify());
}

TEST_CASE("What one thread allocated another one frees") {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayoutThatReusesCode();
  std::shared_ptr<Arena> A = valueOf(Arena::create(O));
  std::vector<Allocation> Objects;
  std::thread Maker([&] {
    for (size_t I = 0; I != 200; ++I) {
      llvm::Expected<Allocation> Object =
          A->allocate(footprint(FunctionSize, 100, 100));
      if (!Object) {
        llvm::consumeError(Object.takeError());
        return;
      }
      writeFunction((*Object)[SegmentKind::Code].Working, uint16_t(I));
      Objects.push_back(std::move(*Object));
    }
  });
  Maker.join();
  REQUIRE(Objects.size() == 200);
  size_t Wrong = 0;
  std::thread Runner([&] {
    for (size_t I = 0; I != Objects.size(); ++I) {
      if (llvm::Error Err = sealOne(*A, Objects[I])) {
        llvm::consumeError(std::move(Err));
        ++Wrong;
        continue;
      }
      Wrong += callFunction(Objects[I][SegmentKind::Code].Executor) != int(I);
    }
    Objects.clear();
  });
  Runner.join();
  CHECK(Wrong == 0);
  CHECK(A->stats().LiveObjects == 0);
  CHECK(A->verify());
}

namespace {

/// Populating takes until another thread has allocated, or until it is clear
/// that it cannot.
class SlowMemory final : public TestMemory {
public:
  std::atomic<bool> IsPopulating{false}, OtherIsDone{false};
  bool WasInTime = false;

  void populate(uintptr_t Start, size_t Size) override {
    if (IsPopulating.exchange(true))
      return TestMemory::populate(Start, Size);
    WasInTime = waitUntil([&] { return OtherIsDone.load(); });
    TestMemory::populate(Start, Size);
  }
  void collapse(uintptr_t Start, size_t Size) override {
    populate(Start, Size);
    TestMemory::collapse(Start, Size);
  }
};

} // namespace

TEST_CASE("Threads do not wait while another one's memory is brought in") {
  SlowMemory Memory;
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  O.WindowSize = 64 * SlabSize;
  O.HugePages = GENERATE(false, true);
  bool Enlarges = GENERATE(false, true);
  bool IsDense = O.ObjectLayout == Layout::Dense;
  if (!IsDense && (O.HugePages || Enlarges))
    return; // Nothing is brought in ahead, or enlarged.
  auto A = valueOf(ArenaAccess::create(O, Memory));
  std::thread Other([&] {
    if (!waitUntil([&] { return Memory.IsPopulating.load(); }))
      return;
    llvm::consumeError(A->allocate(footprint(100, 100, 100)).takeError());
    Memory.OtherIsDone = true;
  });
  size_t Size = 4 * SlabSize;
  Allocation Object = valueOf(
      A->allocate(Enlarges ? footprint(0, 100, 0) : footprint(Size, 0, Size)));
  if (Enlarges) {
    SegmentKind K = O.HugePages ? SegmentKind::Code : SegmentKind::RWData;
    CHECK(ArenaAccess::enlarge(*A, Object, K, 0, {Size, 1}));
  }
  Other.join();
  CHECK(Memory.WasInTime);
  CHECK(A->verify());
}
