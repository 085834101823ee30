//===- PerObjectLayoutTest.cpp - Tests of Layout::PerObject ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/Colouring.h"
#include "Support/ArenaFixture.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include "llvm/Support/MathExtras.h"
#include <set>

using namespace jitslab;

using ArenaPtr = std::shared_ptr<Arena>;

static ArenaPtr makeArena(WindowMemory &Memory, bool Grow = true) {
  return valueOf(ArenaAccess::create(smallOptions(Grow), Memory));
}

// The small object of the project's measurements.
static Footprint smallObject() { return footprint(23, 80, 4); }

TEST_CASE("Alternate objects are mirrored so that mappings are few") {
  if (runsUnderEmulator()) {
    WARN("SKIPPED: the emulator does not list all mappings");
    return;
  }
  constexpr size_t Objects = 2000;
  WindowMemory Memory;
  ArenaPtr A = valueOf(ArenaAccess::create({}, Memory));
  std::vector<Allocation> Live;
  size_t Before = mappingsIn(Memory.Windows[0]);
  for (size_t I = 0; I != Objects; ++I) {
    Live.push_back(valueOf(A->allocate(smallObject())));
    REQUIRE_SUCCESS(sealOne(*A, Live.back()));
  }
  double PerObject =
      double(mappingsIn(Memory.Windows[0]) - Before) / double(Objects);
  CHECK(PerObject <= 2.05);

  // Mappings of what is freed merge again.
  Live.clear();
  CHECK(mappingsIn(Memory.Windows[0]) <= Before + 2);
}

TEST_CASE("An object is one block of pages") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory);
  Footprint F =
      footprint(pageSize() + 1, 3 * pageSize() - 5, 2 * pageSize() + 9);
  for (int I = 0; I != 8; ++I) {
    size_t Before = A->stats().LiveBytes;
    Allocation Object = valueOf(A->allocate(F));
    CHECK(A->stats().LiveBytes - Before == 8 * pageSize());
    uintptr_t Low = UINTPTR_MAX, High = 0;
    for (SegmentKind K : AllSegmentKinds) {
      Low = std::min(Low, Object[K].Executor);
      High = std::max(High, Object[K].Executor + Object[K].Size);
    }
    CHECK(High - llvm::alignDown(Low, pageSize()) == 8 * pageSize());
  }
}

TEST_CASE("Sealing an object takes two calls and freeing it takes one") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory);
  Allocation First = valueOf(A->allocate(smallObject()));
  size_t Before = Memory.Calls.Protect;
  REQUIRE_SUCCESS(sealOne(*A, First));
  CHECK(Memory.Calls.Protect == Before + 2);
  First.release();
  CHECK(Memory.Calls.Protect == Before + 3);
}

TEST_CASE("Data alone is sealed and freed without a call") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory);
  Allocation Object = valueOf(A->allocate(footprint(0, 0, 100)));
  size_t Before = Memory.Calls.Protect;
  REQUIRE_SUCCESS(sealOne(*A, Object));
  Object.release();
  CHECK(Memory.Calls.Protect == Before);
}

TEST_CASE("A batch of mirrored neighbours is sealed with shared calls") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory);
  // What is not sealed has no rights to share, but its place is known.
  std::vector<Allocation> Objects;
  std::vector<Allocation *> Pointers;
  for (int I = 0; I != 10; ++I)
    Objects.push_back(valueOf(A->allocate(smallObject())));
  for (Allocation &Object : Objects)
    Pointers.push_back(&Object);
  size_t Before = Memory.Calls.Protect;
  REQUIRE_SUCCESS(A->seal(Pointers));
  // Ten times read-only data, and code of neighbours in pairs.
  CHECK(Memory.Calls.Protect - Before == 10 + 6);
}

TEST_CASE("Segments start at many cache lines and take no page more") {
  constexpr size_t Objects = 600;
  WindowMemory Memory;
  ArenaPtr A = valueOf(ArenaAccess::create({}, Memory));
  std::vector<Allocation> Live;
  PerSegment<std::set<size_t>> Offsets;
  for (size_t I = 0; I != Objects; ++I) {
    Live.push_back(valueOf(A->allocate(smallObject())));
    for (SegmentKind K : AllSegmentKinds) {
      size_t Offset = Live.back()[K].Executor % pageSize();
      REQUIRE(Offset % 64 == 0);
      Offsets[K].insert(Offset);
    }
  }
  CHECK(A->stats().LiveBytes == Objects * 3 * pageSize());
  for (SegmentKind K : AllSegmentKinds)
    CHECK(Offsets[K].size() >= 32);
}

TEST_CASE("Colouring keeps the size and the alignment") {
  Colouring Colours;
  for (size_t Room : {pageSize(), 4 * pageSize()})
    for (size_t Align = 1; Align <= Room; Align *= 2)
      for (size_t Size = 1; Size <= Room; Size += 61) {
        size_t Offset = Colours.next(Size, Room, Align);
        bool Ok =
            Offset + Size <= Room && Offset % Align == 0 && Offset % 64 == 0;
        if (!Ok)
          REQUIRE(Ok);
      }
  CHECK(Colours.next(pageSize(), pageSize(), 1) == 0);
}

TEST_CASE("Freed code is filled with traps") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory);
  bool Sealed = GENERATE(false, true);
  Allocation Object = valueOf(A->allocate(footprint(2 * pageSize(), 100, 100)));
  const Segment Code = Object[SegmentKind::Code];
  writeFunction(Code.Working, 1);
  writeFunction(Code.Working + Code.Size - FunctionSize, 1);
  if (Sealed)
    REQUIRE_SUCCESS(sealOne(*A, Object));
  REQUIRE(!holdsTraps(Code.Working, Code.Size));
  Object.release();
  CHECK(holdsTraps(reinterpret_cast<uint8_t *>(Code.Executor), Code.Size));
}

TEST_CASE("Freed memory is writable and not executable") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory);
  Allocation Object = valueOf(A->allocate(smallObject()));
  PerSegment<uintptr_t> Where;
  for (SegmentKind K : AllSegmentKinds)
    Where[K] = Object[K].Executor;
  REQUIRE_SUCCESS(sealOne(*A, Object));
  Object.release();
  for (SegmentKind K : AllSegmentKinds)
    CHECK(hasRights(Where[K], "rw-"));
}

TEST_CASE("Shrinking gives whole pages back and keeps the rest") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory);
  Allocation Object = valueOf(
      A->allocate(footprint(8 * pageSize(), 4 * pageSize(), 4 * pageSize())));
  for (SegmentKind K : AllSegmentKinds)
    std::fill_n(Object[K].Working, Object[K].Size, uint8_t(int(K) + 1));
  CHECK(A->stats().LiveBytes == 16 * pageSize());

  Object.shrink(SegmentKind::Code, 2 * pageSize() - 1);
  CHECK(A->stats().LiveBytes == 10 * pageSize());
  CHECK(Object[SegmentKind::Code].Size >= 2 * pageSize() - 1);
  Object.shrink(SegmentKind::ROData, 0);
  CHECK(A->stats().LiveBytes == 6 * pageSize());
  CHECK(!Object[SegmentKind::ROData]);
  Object.shrink(SegmentKind::ROData, 0);
  Object.shrink(SegmentKind::RWData, 4 * pageSize());
  CHECK(A->stats().LiveBytes == 6 * pageSize());
  CHECK(isConsistent(A->stats()));
  CHECK(A->verify());

  // Another object gets what was given back, and does not disturb.
  Allocation Other = valueOf(A->allocate(footprint(3 * pageSize(), 0, 0)));
  std::fill_n(Other[SegmentKind::Code].Working, 3 * pageSize(), uint8_t(9));
  CHECK(A->stats().CommittedBytes == SlabSize);
  for (SegmentKind K : {SegmentKind::Code, SegmentKind::RWData})
    for (size_t I = 0; I != Object[K].Size; ++I)
      if (Object[K].Working[I] != int(K) + 1)
        REQUIRE(Object[K].Working[I] == int(K) + 1);
  REQUIRE_SUCCESS(sealOne(*A, Object));
  Other[SegmentKind::Code].Working[0] = 8;
  Object.release();
  CHECK(A->stats().LiveBytes == 3 * pageSize());
  CHECK(A->verify());
}

TEST_CASE("A refused seal leaves the object writable and can be repeated") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory);
  Allocation Object = valueOf(A->allocate(smallObject()));
  writeFunction(Object[SegmentKind::Code].Working, 3);
  Memory.FailNth = GENERATE(1, 2);
  Memory.FailWith = EACCES;
  llvm::Error Err = sealOne(*A, Object);
  REQUIRE(Err.isA<SystemRefusalError>());
  std::string Message;
  llvm::handleAllErrors(std::move(Err), [&](const SystemRefusalError &E) {
    Message = E.message();
    CHECK(E.convertToErrorCode() == std::errc::permission_denied);
  });
  INFO(Message);
  CHECK(mentions(Message, {"final access rights", "Layout::Dense"}));
  CHECK(A->verify());
  SECTION("then it works") {
    REQUIRE_SUCCESS(sealOne(*A, Object));
    CHECK(callFunction(Object[SegmentKind::Code].Executor) == 3);
  }
  SECTION("or it is given up") {
    Object.release();
    CHECK(A->stats().LiveBytes == 0);
    CHECK(isConsistent(A->stats()));
    Allocation Next = valueOf(A->allocate(smallObject()));
    for (SegmentKind K : AllSegmentKinds)
      CHECK(hasRights(Next[K].Executor, "rw-"));
  }
}

TEST_CASE("What cannot be made writable on release is used again later") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory);
  Allocation Object = valueOf(A->allocate(smallObject()));
  Allocation Other = valueOf(A->allocate(smallObject()));
  REQUIRE_SUCCESS(sealOne(*A, Object));
  REQUIRE_SUCCESS(sealOne(*A, Other));
  uintptr_t Code = Object[SegmentKind::Code].Executor;

  Memory.FailNth = 1;
  Memory.KeepFailing = true;
  Object.release();
  ArenaStats S = A->stats();
  CHECK(S.LiveObjects == 1);
  CHECK(S.LiveBytes == 3 * pageSize());
  CHECK(isConsistent(S));
  CHECK(A->verify());
  CHECK(hasRights(Code, "r-x"));
  // While the system refuses, nobody is given those pages.
  Allocation New = valueOf(A->allocate(smallObject()));
  for (SegmentKind K : AllSegmentKinds) {
    CHECK(hasRights(New[K].Executor, "rw-"));
    New[K].Working[0] = 1;
  }
  CHECK(A->verify());

  Memory.FailNth = 0;
  New.release();
  bool Reused = false;
  std::vector<Allocation> Again;
  for (int I = 0; I != 3; ++I) {
    Again.push_back(valueOf(A->allocate(smallObject())));
    for (SegmentKind K : AllSegmentKinds) {
      CHECK(hasRights(Again.back()[K].Executor, "rw-"));
      Reused |= Again.back()[K].Executor / pageSize() == Code / pageSize();
    }
  }
  CHECK(Reused);
  Again.clear();
  Other.release();
  CHECK(A->trim() == SlabSize);
  CHECK(isConsistent(A->stats()));
  CHECK(A->verify());
}
