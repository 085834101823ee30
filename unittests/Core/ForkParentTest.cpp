//===- ForkParentTest.cpp - What a parent goes on with after a fork -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/ForkFixture.h"
#include "Support/Process.h"
#include <fcntl.h>

using namespace jitslab;

TEST_CASE("A parent uses what was free at a fork, and nothing that was live") {
  WindowMemory Memory;
  auto A = valueOf(ArenaAccess::create(denseOptions(), Memory));
  // In whole granules.
  constexpr size_t CodeBytes = 256, BothBytes = CodeBytes + 64;
  std::vector<Function> Old = loadSome(*A, 1000, 100);
  REQUIRE(Child([] { return true; }).wait());
  std::vector<Function> New = loadSome(*A, 2000, 100);
  ArenaStats S = A->stats();
  CHECK(S.FrozenBytes == 0);
  CHECK(S.CommittedBytes == 3 * SlabSize);
  CHECK(Memory.OpenShared == 1);

  uintptr_t OldCode = Old[50].Object[SegmentKind::Code].Executor;
  Old.erase(Old.begin() + 50);
  CHECK(A->stats().FrozenBytes == BothBytes);
  for (uint16_t I = 0; I != 100; ++I)
    New.push_back(load(*A, uint16_t(3000 + I)));
  for (const Function &F : New) {
    uintptr_t Begin = F.Object[SegmentKind::Code].Executor;
    CHECK((Begin >= OldCode + CodeBytes || Begin + CodeBytes <= OldCode));
  }
  // Its contents stay too.
  CHECK(callFunction(OldCode) == 1050);
  CHECK(allRight(New));
  CHECK(A->verify());

  // What came after the fork is free when it is given back.
  New.clear();
  CHECK(A->stats().FrozenBytes == BothBytes);
  A->trim();
  CHECK(A->stats().FrozenBytes == BothBytes);
  Old.clear();
  S = A->stats();
  CHECK(S.FrozenBytes == 0);
  CHECK(hasRights(OldCode, "---"));
  // What comes to these addresses next is other memory.
  Function Next = load(*A, 6);
  CHECK(Next.Object[SegmentKind::Code].Executor < OldCode + SlabSize);
  CHECK(Memory.OpenShared == 1);
  CHECK(A->verify());
}

TEST_CASE("What a parent shrinks after a fork is not used again") {
  auto A = valueOf(Arena::create(denseOptions()));
  Allocation Object = valueOf(A->allocate(footprint(10000, 0, 0)));
  uintptr_t Begin = Object[SegmentKind::Code].Executor;
  REQUIRE(Child([] { return true; }).wait());
  Object.shrink(SegmentKind::Code, 100);
  CHECK(A->stats().FrozenBytes == 10048 - 128);
  Function New = load(*A, 1);
  uintptr_t Code = New.Object[SegmentKind::Code].Executor;
  CHECK((Code >= Begin + 10048 || Code + 256 <= Begin));
  CHECK(A->verify());
}

TEST_CASE("Children of many forks run what was live, whatever is loaded next") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator does not see that code in Dense was replaced");
    return;
  }
  const uint64_t Seed = testSeed(815);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  Random Rand(Seed);
  auto A = valueOf(Arena::create(denseOptions()));
  constexpr size_t NumChildren = 12;
  Turn Ends[NumChildren];
  std::vector<Child> Children;
  std::vector<Function> Mine = loadSome(*A, 100, 50);
  for (size_t I = 0; I != NumChildren; ++I) {
    Children.emplace_back([&] {
      Ends[I].wait();
      bool Ok = allRight(Mine);
      return loadAndFree(*A, Seed + I, std::move(Mine), 50) && Ok;
    });
    // Other code, in place of what the child may run if that were possible.
    for (int Step = 0; Step != 200; ++Step) {
      if (Rand.percent(50) && !Mine.empty())
        Mine.erase(Mine.begin() + Rand.below(Mine.size()));
      else
        Mine.push_back(load(*A, uint16_t(Rand.next()), Rand.between(8, 20000)));
      if (Rand.percent(2))
        A->trim();
    }
    if (Rand.percent(20))
      Mine.clear();
  }
  for (size_t I = 0; I != NumChildren; ++I) {
    Ends[I].pass();
    CHECK(Children[I].wait());
  }
  CHECK(allRight(Mine));
  CHECK(A->verify());
  Mine.clear();
  CHECK(A->stats().FrozenBytes == 0);
}

TEST_CASE("Forks of a host that keeps what it loads cost no descriptors") {
  ArenaOptions O;
  O.ObjectLayout = Layout::Dense;
  auto A = valueOf(Arena::create(O));
  auto Descriptors = [] {
    size_t Count = 0;
    for (int D = 0; D != 1024; ++D)
      Count += fcntl(D, F_GETFD) != -1;
    return Count;
  };
  size_t Mappings = currentMappings().size();
  size_t Before = Descriptors();
  std::vector<Function> Kept;
  const uint16_t NumForks = isBrief() ? 50 : 300;
  for (uint16_t I = 0; I != NumForks; ++I) {
    Kept.push_back(load(*A, I));
    CHECK(Child([&] {
            return Kept.back().isRight() && load(*A, 9).isRight();
          }).wait());
  }
  CHECK(Descriptors() <= Before + 1);
  CHECK(currentMappings().size() < Mappings + 20);
  CHECK(allRight(Kept));
}

TEST_CASE("A parent goes on with an object whose pieces span a fork") {
  auto A = valueOf(Arena::create(denseOptions()));
  Function F;
  F.Value = 7;
  F.Object = valueOf(A->allocate(footprint(100, 0, 0)));
  REQUIRE(Child([] { return true; }).wait());
  // Not in place: it is told by an allocation what was taken before the fork.
  CHECK(!ArenaAccess::enlarge(*A, F.Object, SegmentKind::ROData, 0, {10, 1}));
  Allocation More = valueOf(A->allocate(footprint(0, 10, 0), &F.Object));
  writeFunction(F.Object[SegmentKind::Code].Working, F.Value);
  More[SegmentKind::ROData].Working[0] = 3;
  Allocation *Both[] = {&F.Object, &More};
  REQUIRE_SUCCESS(A->seal(Both));
  CHECK(F.isRight());
  CHECK(A->verify());
}
