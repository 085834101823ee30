//===- LookupTest.cpp - Which object an address belongs to ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Child.h"
#include "Support/MachineCode.h"
#include "Support/Random.h"
#include "Support/Threads.h"
#include "jitslab/ArenaSnapshot.h"
#include <pthread.h>
#include <unistd.h>

using namespace jitslab;

/// True when the first, the last and a middle byte of segment \p K of
/// \p Object are found in it.
static bool isFound(const Arena &A, const Allocation &Object, SegmentKind K) {
  const Segment S = Object[K];
  bool Ok = true;
  for (size_t Offset : {size_t(0), S.Size / 2, S.Size - 1}) {
    const MemoryLocation L = A.lookup(S.Executor + Offset);
    Ok &= L.State == MemoryState::Live && L.Kind == K &&
          L.Begin == S.Executor && L.Size == S.Size && L.Offset == Offset;
  }
  return Ok;
}

static bool isFound(const Arena &A, const Allocation &Object) {
  bool Ok = true;
  for (SegmentKind K : AllSegmentKinds)
    Ok &= !Object[K] || isFound(A, Object, K);
  return Ok;
}

TEST_CASE("A lookup says which segment of which object has an address") {
  auto A = anyArena();
  std::vector<Allocation> Objects;
  for (size_t Size : {1, 64, 100, 5000, 70000, 3 << 20})
    Objects.push_back(valueOf(A->allocate(footprint(Size, Size / 3, Size))));
  for (const Allocation &Object : Objects)
    CHECK(isFound(*A, Object));
  for (Allocation &Object : Objects)
    REQUIRE_SUCCESS(sealOne(*A, Object));
  for (const Allocation &Object : Objects)
    CHECK(isFound(*A, Object));
}

TEST_CASE("A lookup of what no object ever had finds none") {
  auto A = anyArena();
  Allocation Object = valueOf(A->allocate(footprint(100, 100, 100)));
  const ArenaSnapshot S = A->snapshot();
  const uintptr_t Begin = S.Windows[0].Begin, End = S.Windows[0].End;
  CHECK(A->lookup(0).State == MemoryState::Outside);
  CHECK(A->lookup(reinterpret_cast<uintptr_t>(&Object)).State ==
        MemoryState::Outside);
  CHECK(A->lookup(Begin - 1).State == MemoryState::Outside);
  CHECK(A->lookup(End).State == MemoryState::Outside);
  CHECK(A->lookup(UINTPTR_MAX).State == MemoryState::Outside);
  CHECK(A->lookup(Begin + (End - Begin) / 2).State == MemoryState::Unused);
  const Segment Data = Object[SegmentKind::RWData];
  CHECK(A->lookup(Data.Executor + Data.Size).State != MemoryState::Live);
  // Nobody reads or executes what Dense writes through its second view.
  const Segment Code = Object[SegmentKind::Code];
  if (A->options().ObjectLayout == Layout::Dense)
    CHECK(A->lookup(reinterpret_cast<uintptr_t>(Code.Working)).State ==
          MemoryState::Outside);
}

TEST_CASE("A lookup knows freed memory until it is used again") {
  auto A = anyArena();
  Allocation First = valueOf(A->allocate(footprint(9000, 9000, 9000)));
  Allocation Second = valueOf(A->allocate(footprint(9000, 9000, 9000)));
  REQUIRE_SUCCESS(sealOne(*A, First));
  REQUIRE_SUCCESS(sealOne(*A, Second));
  const Segment Code = First[SegmentKind::Code];
  auto IsFreed = [&](size_t Offset) {
    const MemoryLocation L = A->lookup(Code.Executor + Offset);
    return L.State == MemoryState::Freed && L.Kind == SegmentKind::Code &&
           L.Begin == Code.Executor && L.Size == Code.Size &&
           L.Offset == Offset;
  };
  First.release();
  // Also where it has become one free range with its neighbour.
  Second.release();
  CHECK(IsFreed(0));
  CHECK(IsFreed(Code.Size - 1));
  // A crash in memory that is not there any more is the most probable one.
  A->trim();
  CHECK(IsFreed(0));
  CHECK(IsFreed(Code.Size - 1));

  Allocation Third = valueOf(A->allocate(footprint(100, 100, 100)));
  CHECK(isFound(*A, Third));
  const Segment New = Third[SegmentKind::Code];
  CHECK(A->lookup(New.Executor + New.Size).State != MemoryState::Live);
}

TEST_CASE("A lookup follows what grows and shrinks") {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  auto A = valueOf(Arena::create(O));
  Allocation Object = valueOf(A->allocate(footprint(40000, 40000, 40000)));
  Object.shrink(SegmentKind::Code, 10000);
  CHECK(isFound(*A, Object));
  const Segment Code = Object[SegmentKind::Code];
  // A page of 64 KiB stays as it is.
  if (sysconf(_SC_PAGESIZE) < 30000)
    CHECK(A->lookup(Code.Executor + Code.Size).State == MemoryState::Unused);
  if (ArenaAccess::enlarge(*A, Object, SegmentKind::Code, 10000, {30000, 16}))
    CHECK(Object[SegmentKind::Code].Size >= 40000);
  CHECK(isFound(*A, Object));
  Object.shrink(SegmentKind::RWData, 0);
  CHECK_FALSE(Object[SegmentKind::RWData]);
  CHECK(isFound(*A, Object));
}

TEST_CASE("A lookup finds nothing in windows that were given back") {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  auto A = valueOf(Arena::create(O));
  std::vector<Allocation> Objects;
  while (A->stats().Windows < 4)
    Objects.push_back(valueOf(A->allocate(footprint(0, 0, SlabSize / 2))));
  for (const Allocation &Object : Objects)
    CHECK(isFound(*A, Object));
  const uintptr_t Last = Objects.back()[SegmentKind::RWData].Executor;
  Objects.resize(1);
  A->trim();
  CHECK(A->lookup(Last).State == MemoryState::Outside);
  CHECK(isFound(*A, Objects[0]));
}

namespace {

/// What a signal handler of the tests below looks up.
struct Asked {
  const Arena *A;
  uintptr_t Address;
  MemoryState State;
};

} // namespace

static Asked Question;
static std::atomic<size_t> Answers{0}, WrongAnswers{0};

static bool isAnswered() {
  const MemoryLocation L = Question.A->lookup(Question.Address);
  return L.State == Question.State && L.Kind == SegmentKind::Code &&
         L.Begin == Question.Address && L.Offset == 0;
}

static void onCrash(int) { _exit(isAnswered() ? 42 : 1); }

static void onInterruption(int) {
  ++Answers;
  WrongAnswers += !isAnswered();
}

TEST_CASE("A crash handler is told that freed code was called") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator does not see that code was dropped");
    return;
  }
  auto A = anyArenaThatReusesCode();
  Allocation Object = valueOf(A->allocate(footprint(FunctionSize, 0, 0)));
  writeFunction(Object[SegmentKind::Code].Working, 7);
  REQUIRE_SUCCESS(sealOne(*A, Object));
  const uintptr_t Function = Object[SegmentKind::Code].Executor;
  CHECK(callFunction(Function) == 7);
  Object.release();
  ChildOutcome Outcome = runInChild([&] {
    Question = {A.get(), Function, MemoryState::Freed};
    for (int Signal : {SIGSEGV, SIGBUS, SIGILL, SIGTRAP})
      signal(Signal, onCrash);
    return callFunction(Function) == 7 ? 2 : 3;
  });
  INFO(Outcome.describe());
  CHECK(WIFEXITED(Outcome.Status));
  CHECK(WEXITSTATUS(Outcome.Status) == 42);
}

/// Takes and gives back memory, in windows that come and go.
static void changeArena(Arena &A, Random &Rand, Problems &Found) {
  std::vector<Allocation> Objects;
  for (size_t I = Rand.between(1, 12); I; --I) {
    auto Object = A.allocate(footprint(1 + Rand.below(30000), Rand.below(9000),
                                       1 + Rand.below(size_t(1) << 20)));
    if (!Found.check(Object.takeError(), "cannot allocate"))
      return;
    Found.check(isFound(A, *Object), "what was just allocated is not found");
    Objects.push_back(std::move(*Object));
  }
  for (const Allocation &Object : Objects)
    Found.check(isFound(A, Object), "what is live is not found");
  Objects.clear();
  if (Rand.percent(20))
    A.trim();
}

TEST_CASE("A lookup interrupts what changes the arena") {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  auto A = valueOf(Arena::create(O));
  Allocation Known = valueOf(A->allocate(footprint(5000, 0, 0)));
  Question = {A.get(), Known[SegmentKind::Code].Executor, MemoryState::Live};
  Answers = WrongAnswers = 0;
  auto *Before = signal(SIGUSR1, onInterruption);
  Random Rand(testSeed(17));
  Problems Found;
  {
    const pthread_t Changing = pthread_self();
    Background Interrupts([&](Problems &) {
      pthread_kill(Changing, SIGUSR1);
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    });
    for (int I = 0; I != 3000 && (I < 200 || Answers < 100); ++I)
      changeArena(*A, Rand, Found);
    Interrupts.finish();
  }
  signal(SIGUSR1, Before);
  for (const std::string &Text : Found.texts())
    FAIL_CHECK(Text);
  CHECK(Answers > 0);
  CHECK(WrongAnswers == 0);
}

TEST_CASE("Threads look up while others load and windows come and go") {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  auto A = valueOf(Arena::create(O));
  Allocation Known = valueOf(A->allocate(footprint(5000, 5000, 5000)));
  const ArenaSnapshot S = A->snapshot();
  const uint64_t Seed = testSeed(18);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  std::atomic<size_t> Changing{2};
  runThreads(4, [&](size_t I, Problems &Found) {
    Random Rand(Seed + I);
    if (I < 2) {
      for (int Round = 0; Round != 60; ++Round)
        changeArena(*A, Rand, Found);
      --Changing;
      return;
    }
    do {
      Found.check(isFound(*A, Known), "what is live is not found");
      // Anything else is found or not, and fits together.
      const uintptr_t Address =
          S.Windows[0].Begin + Rand.below(4 * MinWindowSize);
      const MemoryLocation L = A->lookup(Address);
      Found.check(!L || (L.Begin + L.Offset == Address && L.Offset < L.Size),
                  "a location that does not have the address");
    } while (Changing);
  });
}
