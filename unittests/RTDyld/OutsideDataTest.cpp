//===- OutsideDataTest.cpp - Large data outside the windows ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Layouts.h"
#include "Support/Process.h"
#include "Support/Units.h"
#include "Support/WindowMemory.h"
#include "TestLinker.h"
#include "jitslab/ArenaSnapshot.h"

using namespace jitslab;

namespace {

/// The large data of an object, asked for as RuntimeDyld does.
uint8_t *allocateLarge(ReservingMemoryManager &M, size_t Size,
                       const char *Name) {
  if (M.needsToReserveAllocationSpace())
    M.reserveAllocationSpace(64, ReserveAlign(16), 0, ReserveAlign(1), Size,
                             ReserveAlign(32));
  M.allocateCodeSection(64, 16, 1, ".text");
  return M.allocateDataSection(Size, 32, 2, Name, false);
}

} // namespace

TEST_CASE("Large data of more than 2 GiB lies outside, and costs what is "
          "written of it") {
  constexpr size_t Size = 2100 * MiB;
  WindowMemory System;
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  {
    auto Memory = valueOf(ArenaAccess::create(O, System));
    ReservingMemoryManager Manager(Memory);
    uint8_t *Data = allocateLarge(Manager, Size, ".lbss");
    CHECK(System.isUnguarded(reinterpret_cast<uintptr_t>(Data), Size));
    Data[0] = Data[Size - 1] = 1;
    CHECK(Memory->stats().OutsideBytes == llvm::alignTo(Size, pageSize()));
    CHECK(Memory->stats().LiveBytes < SlabSize);
    // What follows it in the batch lies in the window.
    CHECK(
        System.windowOf(reinterpret_cast<uintptr_t>(Manager.allocateDataSection(
                            64, 16, 3, ".data", false)),
                        64) == 0);
    CHECK_FALSE(Manager.finalizeMemory());
    REQUIRE_SUCCESS(Manager.takeError());
  }
  CHECK(System.OpenReservations == 0);
}

TEST_CASE("Other data of more than 2 GiB is refused: nobody says that it may "
          "lie anywhere") {
  WindowMemory System;
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  for (const char *Name :
       {".bss", ".data.lbss", ".lbssx", "<common symbols>"}) {
    auto Memory = valueOf(ArenaAccess::create(O, System));
    ReservingMemoryManager Manager(Memory);
    allocateLarge(Manager, 2100 * MiB, Name);
    CHECK(Memory->stats().OutsideBytes == 0);
    CHECK_THAT(llvm::toString(Manager.takeError()),
               containing("no window can be larger"));
  }
}

TEST_CASE("Data of an object that nobody has announced lies beside its window "
          "where that has no room for it") {
  for (const NamedLayout &L : AllLayouts) {
    INFO(L.Name.str());
    WindowMemory System;
    ArenaOptions O;
    O.ObjectLayout = L.Value;
    O.WindowSize = 64 * MiB;
    {
      auto Memory = valueOf(ArenaAccess::create(O, System));
      ReservingMemoryManager Manager(Memory);
      Manager.allocateCodeSection(64, 16, 1, ".text");
      constexpr size_t Size = 1024 * MiB;
      uint8_t *Data =
          Manager.allocateDataSection(Size, 32, 2, "<common symbols>", false);
      REQUIRE_SUCCESS(Manager.takeError());
      CHECK(Memory->stats().OutsideBytes == Size);
      const auto At = reinterpret_cast<uintptr_t>(Data);
      const WindowSnapshot W = Memory->snapshot().Windows.front();
      CHECK(std::max(At + Size, W.End) - std::min(At, W.Begin) <=
            MaxWindowSize);
      Data[0] = Data[Size - 1] = 1;
      // What follows it lies in the window.
      Manager.allocateDataSection(64, 16, 3, ".data", false);
      CHECK_FALSE(Manager.finalizeMemory());
      CHECK(Memory->stats().OutsideBytes == Size);
      CHECK(Memory->stats().Windows == 1);
      CHECK(Memory->verify());
    }
    CHECK(System.OpenReservations == 0);
  }
}

TEST_CASE(
    "Data that is too large to lie beside a window, and all data where an "
    "arena may not grow, is refused as before") {
  ArenaOptions O;
  O.WindowSize = 64 * MiB;
  for (bool Grow : {true, false}) {
    O.Grow = Grow;
    auto Memory = valueOf(Arena::create(O));
    ReservingMemoryManager Manager(Memory);
    Manager.allocateCodeSection(64, 16, 1, ".text");
    Manager.allocateDataSection(Grow ? 2000 * MiB : 100 * MiB, 32, 2, ".bss",
                                false);
    CHECK_THAT(llvm::toString(Manager.takeError()), containing("no room for"));
    CHECK(Memory->stats().OutsideBytes == 0);
  }
}

#if !JITSLAB_HAS_SHADOW_MEMORY // They end a process that asks for so much.
TEST_CASE("Large data that the address space has no room for is an error") {
  ReservingMemoryManager Manager(anyArena());
  allocateLarge(Manager, size_t(1) << 60, ".ldata.x");
  CHECK_THAT(llvm::toString(Manager.takeError()),
             containing("cannot map section .ldata.x"));
}
#endif

#ifdef __x86_64__
namespace {

/// One window, which has no room for the large data of the object.
ArenaOptions oneSmallWindow(Layout L) {
  ArenaOptions O = smallOptions(/*Grow=*/false);
  O.ObjectLayout = L;
  return O;
}

} // namespace

TEST_CASE("Code uses large data outside, and the audit finds nothing wrong") {
  auto Memory = valueOf(Arena::create(oneSmallWindow(anyLayout())));
  {
    ReservingMemoryManager Manager(Memory);
    TestLinker Linker(Manager);
    REQUIRE_SUCCESS(Linker.loadAll({"tiny", "large"}));
    CHECK(Memory->stats().OutsideBytes >= 16 * MiB);
    CHECK(Memory->stats().LiveBytes < SlabSize);
    auto *Add = Linker.function<int(long, int)>("large_add");
    CHECK(Add(0, 7) == 7);
    CHECK(Add((4 * MiB) - 1, 5) == 5);
    CHECK(Add(0, 1) == 8);
    CHECK(Linker.function<int(long)>("large_number")(4) == 5);
    for (const AuditResult &Result : valueOf(Linker.audit()))
      CHECK(llvm::toString(Result.takeError("large")) == "");
    // Constants cannot be written.
    CHECK(hasRights(Linker.addressOf("large_numbers"), "r--"));
    // The next object is like any other.
    TestLinker Next(Manager);
    REQUIRE_SUCCESS(Next.loadAll({"tiny"}));
  }
  CHECK(Memory->stats().OutsideBytes == 0);
  CHECK(Memory->verify());
}

TEST_CASE("Large data that code refers to by distance has to lie inside") {
  const Layout L = anyLayout();
  {
    auto Memory = valueOf(Arena::create(oneSmallWindow(L)));
    ReservingMemoryManager Manager(Memory);
    TestLinker Linker(Manager);
    std::string Message = llvm::toString(Linker.loadAll({"largenear"}));
    CHECK_THAT(Message, containing("depends on distance"));
    CHECK_THAT(Message, containing("R_X86_64_PC32"));
    llvm::consumeError(Manager.takeError());
  }
  // The control: in a window there is room for it.
  auto Memory = arenaWith(L);
  ReservingMemoryManager Manager(Memory);
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.loadAll({"largenear"}));
  CHECK(Memory->stats().OutsideBytes == 0);
  CHECK(Linker.function<int(long, int)>("large_add")(9, 7) == 7);
}
#endif
