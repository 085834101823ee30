//===- ArenaTest.cpp - Tests of Arena in every layout ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/AnyArena.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"

using namespace jitslab;

TEST_CASE("Alignments from one byte to two slabs are kept") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, {});
  std::vector<Allocation> Objects;
  for (size_t Align = 1; Align <= 2 * SlabSize; Align *= 2)
    for (SegmentKind Aligned : AllSegmentKinds) {
      Footprint F = footprint(100, 200, 300);
      F[Aligned].Align = Align;
      Objects.push_back(valueOf(A->allocate(F)));
      INFO("alignment " << Align << " of segment " << int(Aligned));
      CHECK(Objects.back()[Aligned].Executor % Align == 0);
      for (SegmentKind K : AllSegmentKinds) {
        CHECK(Objects.back()[K].Executor % F[K].Align == 0);
        CHECK(Objects.back()[K].Size >= F[K].Size);
        CHECK(Memory.windowOf(Objects.back()[K].Executor,
                              Objects.back()[K].Size) == 0);
      }
      CHECK(isConsistent(A->stats()));
    }
  CHECK(A->verify());
}

TEST_CASE("Segments that an object does not have are null") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions());
  Allocation Object = valueOf(A->allocate(data(10)));
  CHECK(!Object[SegmentKind::Code]);
  CHECK(!Object[SegmentKind::ROData]);
  CHECK(Object[SegmentKind::Code].Size == 0);
  CHECK(Object[SegmentKind::RWData]);
  REQUIRE_SUCCESS(sealOne(*A, Object));
  Object.release();
  CHECK(!Object);
  CHECK(!Object[SegmentKind::RWData]);
  Object.release();
  CHECK(A->stats().LiveObjects == 0);
}

TEST_CASE("Moving an allocation moves what it owns") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions());
  Allocation First = valueOf(A->allocate(data(10)));
  Allocation Second = valueOf(A->allocate(data(10)));
  uintptr_t Where = First[SegmentKind::RWData].Executor;
  CHECK(A->stats().LiveObjects == 2);
  Second = std::move(First);
  CHECK(A->stats().LiveObjects == 1);
  // What was moved from owns nothing. NOLINTNEXTLINE(bugprone-use-after-move)
  CHECK(!First);
  CHECK(!First[SegmentKind::RWData]);
  CHECK(Second[SegmentKind::RWData].Executor == Where);
  Allocation Third(std::move(Second));
  CHECK(A->stats().LiveObjects == 1);
  Third = Allocation();
  CHECK(A->stats().LiveObjects == 0);
  CHECK(A->stats().LiveBytes == 0);
  CHECK(A->verify());
}

TEST_CASE("Siblings lie in the same window as a part of the same object") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions());
  Allocation Object = valueOf(A->allocate(data(1000)));
  // Others fill the window as far as they are let.
  std::vector<Allocation> Others;
  while (A->stats().Windows == 1)
    Others.push_back(valueOf(A->allocate(data(SlabSize / 2))));
  size_t Before = A->stats().LiveObjects;
  int Home = Memory.windowOf(Object[SegmentKind::RWData].Executor, 1);
  Allocation More = valueOf(A->allocate(data(SlabSize), &Object));
  CHECK(Memory.windowOf(More[SegmentKind::RWData].Executor, SlabSize) == Home);
  CHECK(A->stats().LiveObjects == Before);

  // When that is full too, another window would be out of reach.
  std::string Message = messageOf(A->allocate(data(SlabSize), &Object));
  INFO(Message);
  CHECK(mentions(Message, {"its window is full"}));
  More.release();
  Object.release();
  CHECK(A->stats().LiveObjects == Before - 1);
  CHECK(A->verify());
}

TEST_CASE("Code runs after it is sealed") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions());
  std::vector<Allocation> Objects;
  std::vector<Allocation *> Pointers;
  for (uint16_t I = 0; I != 100; ++I) {
    Objects.push_back(valueOf(A->allocate(footprint(FunctionSize, 8, 8))));
    writeFunction(Objects.back()[SegmentKind::Code].Working, 1000 + I);
  }
  for (Allocation &Object : Objects)
    Pointers.push_back(&Object);
  REQUIRE_SUCCESS(A->seal(Pointers));
  for (uint16_t I = 0; I != 100; ++I)
    REQUIRE(callFunction(Objects[I][SegmentKind::Code].Executor) == 1000 + I);
  // Sealing again is allowed and changes nothing.
  REQUIRE_SUCCESS(A->seal(Pointers));
  CHECK(callFunction(Objects[7][SegmentKind::Code].Executor) == 1007);
}

TEST_CASE("Sealed memory is never writable and executable at once") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions());
  Allocation Object = valueOf(
      A->allocate(footprint(3 * pageSize(), 2 * pageSize(), 2 * pageSize())));
  for (SegmentKind K : AllSegmentKinds)
    std::fill_n(Object[K].Working, 2 * pageSize(), uint8_t(0x5A));
  REQUIRE_SUCCESS(sealOne(*A, Object));
  const char *Rights[] = {"r-x", "r--", "rw-"};
  for (SegmentKind K : AllSegmentKinds) {
    INFO("segment " << int(K));
    const Segment &S = Object[K];
    for (size_t Offset : {size_t(0), pageSize(), 2 * pageSize() - 1})
      CHECK(hasRights(S.Executor + Offset, Rights[int(K)]));
    CHECK(*reinterpret_cast<uint8_t *>(S.Executor) == 0x5A);
  }
}

TEST_CASE("Other threads are synchronized when code replaces freed code") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions());
  // Each time the last one can be put where the first one was.
  auto load = [&] { return valueOf(A->allocate(footprint(64, 64, 64))); };
  auto seal = [&](std::initializer_list<Allocation *> Objects) {
    size_t Before = Memory.Calls.Synchronize;
    REQUIRE_SUCCESS(A->seal({Objects.begin(), Objects.size()}));
    return Memory.Calls.Synchronize - Before;
  };
  auto codeOf = [](const Allocation &Object) {
    return Object[SegmentKind::Code].Executor / pageSize();
  };
  Allocation First = load(), Second = load(), Third = load();
  uintptr_t Where = codeOf(Third);
  CHECK(seal({&First}) == 0);
  CHECK(seal({&Second}) == 0);
  // What was never sealed never ran.
  Third.release();
  Third = load();
  REQUIRE(codeOf(Third) == Where);
  CHECK(seal({&Third}) == 0);
  // What was sealed did, perhaps.
  Third.release();
  Third = load();
  REQUIRE(codeOf(Third) == Where);
  CHECK(seal({&Third}) == 1);
  CHECK(seal({&Third}) == 0);
  // Memory that is used for the first time lies behind it.
  Allocation Fresh = load(), Data = valueOf(A->allocate(data(64)));
  CHECK(seal({&Fresh, &Data}) == 0);
  // One call for all that are sealed together.
  First.release();
  Second.release();
  First = load();
  Second = load();
  CHECK(seal({&First, &Second, &Data}) == 1);
  CHECK(A->verify());
}

TEST_CASE("Code that grows over freed code is synchronized") {
  WindowMemory Memory;
  ArenaOptions O = smallOptions();
  O.ObjectLayout = Layout::Dense;
  ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
  Allocation First = valueOf(A->allocate(footprint(64, 0, 0)));
  Allocation Second = valueOf(A->allocate(footprint(64, 0, 0)));
  REQUIRE_SUCCESS(sealOne(*A, Second));
  Second.release();
  REQUIRE(ArenaAccess::enlarge(*A, First, SegmentKind::Code, 64, {64, 1}));
  REQUIRE_SUCCESS(sealOne(*A, First));
  CHECK(Memory.Calls.Synchronize == 1);
}

TEST_CASE("Freed memory is used again") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions(/*Grow=*/false));
  // In all, many times what the window holds.
  for (size_t I = 0; I != 1000; ++I) {
    Allocation Object =
        valueOf(A->allocate(footprint(10000 + I, 10000, 10000)));
    for (SegmentKind K : AllSegmentKinds)
      Object[K].Working[9999] = 1;
    REQUIRE_SUCCESS(sealOne(*A, Object));
    REQUIRE(A->stats().LiveObjects == 1);
  }
  ArenaStats S = A->stats();
  CHECK(S.LiveObjects == 0);
  CHECK(S.LiveBytes == 0);
  // No more than one slab for each kind of segment.
  CHECK(S.CommittedBytes <= 3 * SlabSize);
  CHECK(S.FreeBytes == S.CommittedBytes);
  CHECK(A->verify());
}

TEST_CASE("Trim gives the memory of empty slabs and empty windows back") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions());
  std::vector<Allocation> Objects;
  while (A->stats().Windows < 3) {
    Objects.push_back(valueOf(A->allocate(data(SlabSize))));
    std::fill_n(Objects.back()[SegmentKind::RWData].Working, SlabSize, 1);
  }
  CHECK(A->trim() == 0);
  AddressRange First = Memory.Windows[0];
  size_t Resident = residentPages(First);
  CHECK(Resident > 0);

  // One slab of the first window, then all but one object of it.
  size_t Committed = A->stats().CommittedBytes;
  Objects[1].release();
  CHECK(A->stats().CommittedBytes == Committed);
  CHECK(A->trim() == SlabSize);
  CHECK(A->stats().CommittedBytes == Committed - SlabSize);
  // The emulator does not tell what is resident.
  if (!runsUnderEmulator())
    CHECK(residentPages(First) < Resident);
  CHECK(Objects[0][SegmentKind::RWData].Working[SlabSize - 1] == 1);

  // The rest: the oldest window stays, without memory.
  Objects.clear();
  CHECK(A->trim() == Committed - SlabSize);
  ArenaStats S = A->stats();
  CHECK(S.Windows == 1);
  CHECK(S.ReservedBytes == MinWindowSize);
  CHECK(S.CommittedBytes == 0);
  CHECK(S.FreeBytes == 0);
  REQUIRE(Memory.Windows.size() == 1);
  CHECK(Memory.Windows[0].Begin == First.Begin);
  if (!runsUnderEmulator())
    CHECK(residentPages(First) == 0);
  CHECK(A->verify());

  Allocation Again = valueOf(A->allocate(data(SlabSize)));
  CHECK(Again[SegmentKind::RWData].Working[0] == 0);
}

TEST_CASE("Trim keeps windows that something lives in") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions());
  std::vector<Allocation> Objects;
  while (A->stats().Windows < 3)
    Objects.push_back(valueOf(A->allocate(data(SlabSize))));
  Allocation Survivor = std::move(Objects.back());
  Survivor[SegmentKind::RWData].Working[77] = 77;
  Objects.clear();
  A->trim();
  CHECK(A->stats().Windows == 1);
  CHECK(A->stats().CommittedBytes == SlabSize);
  CHECK(Memory.windowOf(Survivor[SegmentKind::RWData].Executor, SlabSize) == 0);
  CHECK(Survivor[SegmentKind::RWData].Working[77] == 77);
  CHECK(A->verify());
}

TEST_CASE("An object that holds nothing keeps its window") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions());
  // Nothing from the start, or nothing any more: a part of it may follow, which
  // has to lie where the object is.
  Allocation Empty = GENERATE(false, true) ? valueOf(A->allocate(data(0)))
                                           : valueOf(A->allocate(data(10)));
  if (Empty[SegmentKind::RWData])
    Empty.shrink(SegmentKind::RWData, 0);
  CHECK(A->stats().LiveBytes == 0);
  Allocation Elsewhere = valueOf(A->allocate(data(2 * MinWindowSize)));
  A->trim();
  CHECK(A->stats().Windows == 2);
  Allocation More = valueOf(A->allocate(data(10), &Empty));
  CHECK(More[SegmentKind::RWData]);
  CHECK(A->verify());
}
