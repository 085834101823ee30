//===- BatchTest.cpp - Objects that are finalized together ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Process.h"
#include "Support/Units.h"
#include "TestLinker.h"
#include <algorithm>
#include <cstring>

using namespace jitslab;

namespace {

/// Counts the objects that are announced.
class CountsReservations : public ReservingMemoryManager {
public:
  using ReservingMemoryManager::ReservingMemoryManager;
  size_t Reservations = 0;

  void reserveAllocationSpace(uintptr_t CodeSize, ReserveAlign CodeAlign,
                              uintptr_t RODataSize, ReserveAlign RODataAlign,
                              uintptr_t RWDataSize,
                              ReserveAlign RWDataAlign) override {
    ++Reservations;
    ReservingMemoryManager::reserveAllocationSpace(
        CodeSize, CodeAlign, RODataSize, RODataAlign, RWDataSize, RWDataAlign);
  }
};

/// Does not pass on where objects end.
class TellsNoEnds final : public CountsReservations {
public:
  using CountsReservations::CountsReservations;
  using CountsReservations::notifyObjectLoaded;
  void notifyObjectLoaded(llvm::RuntimeDyld &,
                          const llvm::object::ObjectFile &) override {}
};

std::shared_ptr<Arena> remappingArena(VirtualMemory &System) {
  ArenaOptions Options;
  Options.ObjectLayout = remappingLayout();
  return valueOf(ArenaAccess::create(Options, System));
}

} // namespace

TEST_CASE("Objects that are finalized together share pages and calls") {
  WindowMemory System;
  auto Memory = remappingArena(System);
  const size_t Before =
      runsUnderEmulator() ? 0 : mappingsIn(System.Windows.front());
  constexpr size_t Objects = 100;
  {
    CountsReservations Manager(Memory);
    std::vector<std::unique_ptr<TestLinker>> Linkers;
    for (size_t I = 0; I != Objects; ++I) {
      Linkers.push_back(std::make_unique<TestLinker>(Manager));
      REQUIRE_SUCCESS(Linkers.back()->load("tiny"));
    }
    CHECK(Memory->stats().LiveObjects == Objects);
    // RuntimeDyld looks through all of an object to announce it.
    CHECK(Manager.Reservations <= Objects / 10);
    size_t Calls = System.Calls.Protect;
    for (const auto &Linker : Linkers)
      Linker->relocate();
    CHECK_FALSE(Manager.finalizeMemory());
    CHECK(System.Calls.Protect - Calls <= Objects / 10);
    CHECK(Memory->stats().LiveBytes < Objects * pageSize() / 4);
    if (!runsUnderEmulator())
      CHECK(mappingsIn(System.Windows.front()) <= Before + Objects / 10);
    for (const auto &Linker : Linkers)
      CHECK(Linker->function<int(int)>("tiny")(0) == 8);
    CHECK(Memory->verify());
  }
  CHECK(Memory->stats().LiveBytes == 0);
  CHECK(Memory->verify());
}

TEST_CASE("Objects of a batch lie in one block") {
  WindowMemory System;
  ArenaOptions Options;
  auto Memory = valueOf(ArenaAccess::create(Options, System));
  Recording<ReservingMemoryManager> Manager(Memory);
  TestLinker Linker(Manager);
  constexpr size_t Objects = 50;
  for (size_t I = 0; I != Objects; ++I)
    REQUIRE_SUCCESS(Linker.load("tiny"));
  REQUIRE_SUCCESS(Linker.finalize());
  // But for the first one, which could have been the only one.
  uintptr_t Low = UINTPTR_MAX, High = 0;
  size_t PerObject = Manager.Sections.size() / Objects;
  for (size_t I = PerObject; I != Manager.Sections.size(); ++I) {
    Low = std::min(Low, Manager.Sections[I].Start);
    High = std::max(High, Manager.Sections[I].Start + Manager.Sections[I].Size);
  }
  CHECK(High - Low <= 3 * std::max<size_t>(16384, 2 * pageSize()));
}

TEST_CASE("Objects without data share what the first one was given") {
  TestMemory System;
  auto Memory = remappingArena(System);
  CountsReservations Manager(Memory);
  TestLinker Linker(Manager);
  for (int I = 0; I != 10; ++I)
    REQUIRE_SUCCESS(Linker.load("nodata"));
  // How large objects are is known from the second one on.
  CHECK(Manager.Reservations <= 2);
  // What comes with data has room for it.
  REQUIRE_SUCCESS(Linker.load("grown"));
  REQUIRE_SUCCESS(Linker.load("grown"));
  REQUIRE_SUCCESS(Linker.finalize());
  CHECK(Linker.function<int(int)>("tiny")(0) == 8);
  CHECK(Memory->verify());
}

TEST_CASE("All of a batch are announced where nobody tells of their ends") {
  TestMemory System;
  auto Memory = remappingArena(System);
  TellsNoEnds Manager(Memory);
  TestLinker Linker(Manager);
  for (const char *Name : {"tiny", "first", "hidden", "grown"})
    REQUIRE_SUCCESS(Linker.load(Name));
  CHECK(Manager.Reservations == 4);
}

TEST_CASE("Dense has nothing announced in windows with room for any object") {
  const size_t Size = GENERATE(64, 256, 460) * MiB;
  CAPTURE(Size);
  TestMemory System;
  ArenaOptions O;
  O.ObjectLayout = Layout::Dense;
  O.WindowSize = Size;
  CountsReservations Manager(valueOf(ArenaAccess::create(O, System)));
  TestLinker Linker(Manager);
  for (const char *Name : {"tiny", "first"})
    REQUIRE_SUCCESS(Linker.load(Name));
  Linker.relocate();
  CHECK_FALSE(Manager.finalizeMemory());
  CHECK(Manager.Reservations == (Size < 128 * MiB ? 2 : 0));
}

TEST_CASE("An object that fails before it has a section disturbs no other") {
  TestMemory System;
  auto Memory = remappingArena(System);
  CountsReservations Manager(Memory);
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.load("tiny"));
  REQUIRE_SUCCESS(Linker.load("tiny"));
  const size_t Announced = Manager.Reservations;
  CHECK_FALSE(Manager.needsToReserveAllocationSpace());
  Manager.allocateTLSSection(8, 8, 0, ".tbss");
  Linker.relocate();
  CHECK(Manager.finalizeMemory());
  CHECK(Manager.Reservations == Announced);
  CHECK(Linker.function<int(int)>("tiny")(0) == 8);
  llvm::consumeError(Manager.takeError());
}

TEST_CASE("An object that fails does not take along one that was too large to "
          "be announced") {
  TestMemory System;
  auto Memory = remappingArena(System);
  ReservingMemoryManager Manager(Memory);
  auto Reserve = [&](size_t Code, size_t RWData) {
    Manager.reserveAllocationSpace(Code, ReserveAlign(16), 0, ReserveAlign(16),
                                   RWData, ReserveAlign(16));
  };
  constexpr int Size = 64;
  Reserve(Size, MaxWindowSize);
  uint8_t *First = Manager.allocateCodeSection(Size, 16, 1, ".text");
  std::memset(First, 0x11, Size);
  Reserve(Size, 0);
  uint8_t *Second = Manager.allocateCodeSection(Size, 16, 2, ".text");
  std::memset(Second, 0x22, Size);
  Manager.allocateTLSSection(8, 8, 3, ".tbss");
  CHECK(Manager.finalizeMemory());
  llvm::consumeError(Manager.takeError());
  CHECK(std::count(First, First + Size, 0x11) == Size);
  CHECK(std::count(Second, Second + Size, 0x22) < Size);
}

TEST_CASE("An object that is larger than its batch had room is placed near") {
  WindowMemory System;
  auto Memory = remappingArena(System);
  Recording<CountsReservations> Manager(Memory);
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.load("tiny"));
  REQUIRE_SUCCESS(Linker.load("tiny"));
  REQUIRE_FALSE(Manager.needsToReserveAllocationSpace());
  for (SegmentKind K : AllSegmentKinds) {
    uint8_t *Section =
        K == SegmentKind::Code
            ? Manager.allocateCodeSection(SlabSize, 16, 0, ".text")
            : Manager.allocateDataSection(SlabSize, 16, 0, ".data",
                                          K == SegmentKind::ROData);
    std::memset(Section, 0x11, SlabSize);
    CHECK(System.windowOf(reinterpret_cast<uintptr_t>(Section), SlabSize) == 0);
  }
  Manager.forgetSections();
  REQUIRE_SUCCESS(Linker.finalize());
  CHECK(Linker.function<int(int)>("tiny")(0) == 8);
  CHECK(Memory->verify());
}

TEST_CASE("Large objects of a batch share blocks, also with small ones") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator has mappings of its own");
    return;
  }
  WindowMemory System;
  auto Memory = remappingArena(System);
  const size_t Before = mappingsIn(System.Windows.front());
  constexpr size_t Objects = 48, Large = size_t(300) * 1024;
  const size_t OneIn = GENERATE(1, 4);
  const SegmentKind K = GENERATE(SegmentKind::Code, SegmentKind::RWData);
  ReservingMemoryManager Manager(Memory);
  size_t Bytes = 0;
  for (size_t I = 0; I != Objects; ++I) {
    Footprint F = footprint(100, 100, 100);
    F[K].Size = I % OneIn ? 100 : Large;
    for (SegmentKind Each : AllSegmentKinds)
      Bytes += F[Each].Size;
    Manager.reserveAllocationSpace(
        F[SegmentKind::Code].Size, ReserveAlign(16),
        F[SegmentKind::ROData].Size, ReserveAlign(16),
        F[SegmentKind::RWData].Size, ReserveAlign(16));
    REQUIRE(Manager.allocateCodeSection(F[SegmentKind::Code].Size, 16, 1, "c"));
    REQUIRE(Manager.allocateDataSection(F[SegmentKind::ROData].Size, 16, 2, "r",
                                        true));
    REQUIRE(Manager.allocateDataSection(F[SegmentKind::RWData].Size, 16, 3, "w",
                                        false));
  }
  CHECK_FALSE(Manager.finalizeMemory());
  REQUIRE_SUCCESS(Manager.takeError());
  CHECK(mappingsIn(System.Windows.front()) <= Before + Objects / 2);
  CHECK(Memory->stats().LiveBytes <= Bytes + Bytes / 8 + 32 * pageSize());
  CHECK(Memory->verify());
}

TEST_CASE("Small windows are announced what they have to hold") {
  // An object that is not announced could not go to another window any more.
  ArenaOptions Options = smallOptions();
  Options.ObjectLayout = remappingLayout();
  auto Memory = valueOf(Arena::create(Options));
  CountsReservations Manager(Memory);
  TestLinker Linker(Manager);
  for (size_t I = 0; I != 10; ++I)
    REQUIRE_SUCCESS(Linker.load("tiny"));
  CHECK(Manager.Reservations == 10);
}

TEST_CASE("What a batch spares for others is no reason to refuse an object") {
  ArenaOptions Options = smallOptions(/*Grow=*/false);
  auto Memory = valueOf(Arena::create(Options));
  ReservingMemoryManager Manager(Memory);
  const auto Reserve = [&](size_t Code) {
    Manager.reserveAllocationSpace(Code, ReserveAlign(16), 0, ReserveAlign(16),
                                   0, ReserveAlign(16));
    Manager.allocateCodeSection(Code, 16, 0, ".text");
  };
  // All that one window has, with no page to spare.
  Reserve(2 * SlabSize);
  Reserve(2 * SlabSize);
  CHECK_FALSE(Manager.finalizeMemory());
  CHECK(Memory->stats().LiveBytes == 4 * SlabSize);
}
