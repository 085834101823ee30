//===- CornersTest.cpp - What happens rarely ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/RangeMap.h"
#include "Support/ArenaFixture.h"
#include "Support/Child.h"
#include "Support/Process.h"
#include <cerrno>

using namespace jitslab;

static ArenaOptions denseOptions() {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = Layout::Dense;
  return O;
}

// The parent knows of it when it next changes something.
static void forkOnce() {
  REQUIRE(runInChild([] { return 0; }).passed());
}

TEST_CASE("A range behind many that are too small for it is found") {
  // 32 and 33 granules are of one class, which is looked at from the range that
  // was freed last.
  constexpr size_t Granule = 0x100;
  constexpr size_t Small = 32 * Granule, Large = 33 * Granule;
  RangeMap M(0, Granule);
  M.give({0x100000, 0x100000 + Large});
  for (uintptr_t I = 0; I != 40; ++I)
    M.give({0x200000 + I * 0x4000, 0x200000 + I * 0x4000 + Small});
  CHECK(M.take(Large, 1) == std::optional<uintptr_t>(0x100000));
  CHECK(!M.take(Large, 1));
  CHECK(M.count() == 40);
  CHECK(M.verify());
}

TEST_CASE("A default window near an address is smaller than the reach") {
  ArenaOptions O;
  O.Near = reinterpret_cast<uintptr_t>(&denseOptions);
  auto A = valueOf(Arena::create(O));
  CHECK(A->options().WindowSize <= DefaultNearWindowSize);
  CHECK(A->stats().ReservedBytes <= DefaultNearWindowSize);
}

TEST_CASE("A Dense segment does not grow beyond any window") {
  auto A = valueOf(Arena::create(denseOptions()));
  Allocation Object = valueOf(A->allocate(footprint(100, 0, 0)));
  size_t Before = A->stats().LiveBytes;
  CHECK(!ArenaAccess::enlarge(*A, Object, SegmentKind::Code, 100,
                              {SIZE_MAX - 4096, 1}));
  CHECK(!ArenaAccess::enlarge(*A, Object, SegmentKind::Code, 100,
                              {1, size_t(1) << 40}));
  CHECK(!ArenaAccess::enlarge(*A, Object, SegmentKind::ROData, 0,
                              {SIZE_MAX / 2, 1}));
  // Nor to an alignment that is none.
  CHECK(!ArenaAccess::enlarge(*A, Object, SegmentKind::Code, 100, {8, 24}));
  CHECK(!ArenaAccess::enlarge(*A, Object, SegmentKind::ROData, 0, {8, 0}));
  CHECK(A->stats().LiveBytes == Before);
  CHECK(A->verify());
}

TEST_CASE("Dense without a descriptor in the whole system says so") {
  WindowMemory Memory;
  Memory.FailNth = 3; // Behind the window and the writer view.
  Memory.FailWith = ENFILE;
  std::string Message;
  CHECK(codeOf(ArenaAccess::create(denseOptions(), Memory), Message) ==
        std::errc::too_many_files_open_in_system);
  CHECK(mentions(Message, {"RLIMIT_NOFILE", "Layout::PerProtection"}));
  CHECK(Memory.OpenReservations == 0);
}

TEST_CASE("New memory that is refused after a fork is one error") {
  WindowMemory Memory;
  auto A = valueOf(ArenaAccess::create(denseOptions(), Memory));
  Allocation Old = valueOf(A->allocate(footprint(100, 0, 0)));
  CHECK(inChild([&]() -> std::string {
          Memory.FailNth = 1;
          std::string Message;
          if (codeOf(A->allocate(footprint(100, 0, 0)), Message) !=
                  std::errc::not_enough_memory ||
              !A->verify())
            return Message;
          Allocation New = llvm::cantFail(A->allocate(footprint(100, 0, 0)));
          New[SegmentKind::Code].Working[0] = 1;
          return A->verify() ? "" : "the arena is broken";
        }) == "");
}

TEST_CASE("Frozen memory that the system keeps goes with the next trim") {
  WindowMemory Memory;
  auto A = valueOf(ArenaAccess::create(denseOptions(), Memory));
  Allocation Old = valueOf(A->allocate(footprint(100, 0, 0)));
  forkOnce();
  Memory.FailNth = 1;
  Old.release();
  CHECK(Memory.FailNth == 0);
  CHECK(A->stats().FrozenBytes == SlabSize);
  CHECK(A->verify());
  A->trim();
  CHECK(A->stats().FrozenBytes == 0);
  CHECK(A->stats().CommittedBytes == 0);
  CHECK(A->verify());
}

TEST_CASE("What a refused trim has kept is frozen by a fork too") {
  WindowMemory Memory;
  auto A = valueOf(ArenaAccess::create(denseOptions(), Memory));
  Allocation Kept = valueOf(A->allocate(footprint(0, 100, 0)));
  {
    Allocation Freed = valueOf(A->allocate(footprint(100, 0, 0)));
  }
  Memory.FailNth = 1;
  CHECK(A->trim() == 0);
  CHECK(A->stats().CommittedBytes == 2 * SlabSize);
  CHECK(inChild([&]() -> std::string {
          Allocation New = llvm::cantFail(A->allocate(footprint(100, 100, 0)));
          return A->verify() && A->stats().FrozenBytes == SlabSize - 128
                     ? ""
                     : "not frozen";
        }) == "");
  // The parent may use it.
  Allocation New = valueOf(A->allocate(footprint(100, 100, 0)));
  CHECK(A->stats().CommittedBytes == 2 * SlabSize);
  CHECK(A->verify());
}

TEST_CASE("A child that cannot be detached writes where nobody reads") {
  // Whether the memory can be replaced, or has to be taken from the child.
  for (bool All : {false, true}) {
    WindowMemory Memory;
    auto A = valueOf(ArenaAccess::create(denseOptions(), Memory));
    Allocation Object = valueOf(A->allocate(footprint(0, 100, 0)));
    uint8_t *Working = Object[SegmentKind::ROData].Working;
    auto *Executor = reinterpret_cast<const volatile uint8_t *>(
        Object[SegmentKind::ROData].Executor);
    *Working = 1;
    Memory.FailNth = 1;
    Memory.KeepFailing = All;
    ChildOutcome Child = runInChild([&] {
      if (!All)
        *Working = 2;
      return 0;
    });
    Memory.FailNth = 0;
    CHECK(Child.passed());
    CHECK(*Executor == 1);
    *Working = 3;
    CHECK(*Executor == 3);
  }
}

TEST_CASE("What owns nothing can be asked and told everything") {
  Allocation None;
  None.addObject();
  None.shrink(SegmentKind::Code, 0);
  None.release();
  CHECK(!None);
  CHECK(!None[SegmentKind::Code]);
}
