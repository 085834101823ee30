//===- LinkTest.cpp - Tests of loading objects ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Layouts.h"
#include "Support/Process.h"
#include "Support/TestMemory.h"
#include "TestLinker.h"

using namespace jitslab;

namespace {

std::shared_ptr<Arena> makeArena(ArenaOptions Options = {}) {
  return valueOf(Arena::create(Options));
}

/// Has no memory for an object whose code it has placed already.
class FailsAfterCode : public ReservingMemoryManager {
public:
  using ReservingMemoryManager::ReservingMemoryManager;
  bool Failing = false;

  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Align, unsigned ID,
                               llvm::StringRef Name) override {
    uint8_t *Code =
        ReservingMemoryManager::allocateCodeSection(Size, Align, ID, Name);
    if (Failing)
      (void)allocateTLSSection(Size, Align, ID, ".tdata");
    return Code;
  }
};

} // namespace

TEST_CASE("A loaded object runs and its pages have the final access rights") {
  auto Memory = anyArena();
  Recording<ReservingMemoryManager> Manager(Memory);
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.loadAll({"tiny"}));
  CHECK(Linker.function<int(int)>("tiny")(2) == 10);
  for (const SectionRecord &S : Manager.Sections) {
    INFO(S.Name);
    switch (S.Kind) {
    case SegmentKind::Code:
      CHECK(hasRights(S.Start, "r-x"));
      break;
    case SegmentKind::ROData:
      CHECK(hasRights(S.Start, "r--"));
      break;
    case SegmentKind::RWData:
      CHECK(hasRights(S.Start, "rw-"));
      break;
    }
  }
  CHECK(Memory->verify());
}

TEST_CASE("A manager gives everything back when it dies") {
  auto Memory = anyArena();
  {
    ReservingMemoryManager Manager(Memory);
    TestLinker Linker(Manager);
    REQUIRE_SUCCESS(Linker.loadAll({"tiny"}));
    CHECK(Memory->stats().LiveObjects == 1);
    CHECK(Memory->stats().LiveBytes > 0);
  }
  CHECK(Memory->stats().LiveObjects == 0);
  CHECK(Memory->stats().LiveBytes == 0);
  CHECK(Memory->verify());
}

TEST_CASE(
    "What a reservation leaves goes back when the next has no room in it") {
  auto Memory = makeArena();
  const size_t Page = VirtualMemory::system().pageSize();
  ReservingMemoryManager Manager(Memory);
  Manager.reserveAllocationSpace(8 * Page, ReserveAlign(16), 8 * Page,
                                 ReserveAlign(16), 8 * Page, ReserveAlign(16));
  CHECK(Memory->stats().LiveBytes == 24 * Page);
  uint8_t *First = Manager.allocateCodeSection(16, 16, 0, ".text");
  // The next object is sealed together with it, and has room there.
  Manager.reserveAllocationSpace(Page, ReserveAlign(16), 0, ReserveAlign(16), 0,
                                 ReserveAlign(16));
  CHECK(Memory->stats().LiveBytes == 24 * Page);
  uint8_t *Second = Manager.allocateCodeSection(16, 16, 0, ".text");
  CHECK(Second == First + 16);
  // This one has none.
  Manager.reserveAllocationSpace(8 * Page, ReserveAlign(16), 0,
                                 ReserveAlign(16), 0, ReserveAlign(16));
  CHECK(Memory->stats().LiveBytes <= 24 * Page);
  uint8_t *Third = Manager.allocateCodeSection(16, 16, 0, ".text");
  CHECK(reinterpret_cast<uintptr_t>(Third) / Page !=
        reinterpret_cast<uintptr_t>(First) / Page);
  CHECK_FALSE(Manager.finalizeMemory());
  CHECK(Memory->stats().LiveBytes == 2 * Page);
}

TEST_CASE(
    "A reservation that the arena refuses is reported by finalizeMemory") {
  ArenaOptions Options;
  Options.WindowSize = MinWindowSize;
  Options.Grow = false;
  auto Memory = makeArena(Options);
  ReservingMemoryManager Manager(Memory);
  Manager.reserveAllocationSpace(2 * MinWindowSize, ReserveAlign(16), 0,
                                 ReserveAlign(16), 0, ReserveAlign(16));
  uint8_t *Section =
      Manager.allocateCodeSection(2 * MinWindowSize, 16, 0, ".text");
  REQUIRE(Section != nullptr); // RuntimeDyld would abort.
  Section[2 * MinWindowSize - 1] = 1;
  std::string Message;
  CHECK(Manager.finalizeMemory(&Message));
  CHECK(Message.find(std::to_string(2 * MinWindowSize)) != std::string::npos);
  CHECK(Message.find("Grow") != std::string::npos);
  // It is reported once; takeError has it too.
  CHECK_FALSE(Manager.finalizeMemory(&Message));
  CHECK(llvm::toString(Manager.takeError()) == Message);
  CHECK_FALSE(bool(Manager.takeError()));

  // The next object is not affected.
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.loadAll({"tiny"}));
  CHECK(Linker.function<int(int)>("tiny")(0) == 8);
}

TEST_CASE("A refused change of access rights is reported and tried again") {
  TestMemory System;
  ArenaOptions Options;
  // Layout::Dense changes none.
  Options.ObjectLayout = remappingLayout();
  auto Memory = valueOf(ArenaAccess::create(Options, System));
  {
    ReservingMemoryManager Manager(Memory);
    TestLinker Linker(Manager);
    REQUIRE_SUCCESS(Linker.load("tiny"));
    System.FailNth = 2;
    System.FailWith = EACCES;
    std::string Message = llvm::toString(Linker.finalize());
    CHECK(Message.find("Permission denied") != std::string::npos);
    CHECK(Message.find("Layout::Dense") != std::string::npos);
    CHECK(System.FailNth == 0);
    CHECK_FALSE(Manager.finalizeMemory());
    CHECK(Linker.function<int(int)>("tiny")(0) == 8);
    llvm::consumeError(Manager.takeError());
  }
  CHECK(Memory->verify());
  CHECK(Memory->stats().LiveBytes == 0);
}

TEST_CASE("What was sealed before a refusal is not written to again") {
  TestMemory System;
  ArenaOptions Options;
  Options.ObjectLayout = remappingLayout();
  auto Memory = valueOf(ArenaAccess::create(Options, System));
  const size_t Page = System.pageSize();
  ReservingMemoryManager Manager(Memory);
  unsigned ID = 0;
  auto Load = [&](bool Fails) {
    Manager.reserveAllocationSpace(Page, ReserveAlign(16), 0, ReserveAlign(16),
                                   0, ReserveAlign(16));
    uint8_t *Code = Manager.allocateCodeSection(Page - 64, 16, ID++, ".text");
    // Where it may not be written this is the end.
    std::memset(Code, 0x11, Page - 64);
    if (Fails)
      Manager.allocateTLSSection(8, 8, ID++, ".tbss");
    return Code;
  };
  // Two blocks with a live page between them, so that two calls are needed.
  // The first block's object can never run: its code is filled with traps.
  Load(/*Fails=*/true);
  Allocation Between = valueOf(Memory->allocate(footprint(Page, 0, 0)));
  uint8_t *Second = Load(/*Fails=*/false);
  System.FailNth = 2;
  CHECK(Manager.finalizeMemory());
  CHECK(System.FailNth == 0);
  // Nor is what is left of sealed pages given to the next object.
  uint8_t *Third = Load(/*Fails=*/false);
  CHECK(Third != Second);
  CHECK_FALSE(Manager.finalizeMemory());
  CHECK(Second[0] == 0x11);
  CHECK(Third[0] == 0x11);
  CHECK(hasRights(reinterpret_cast<uintptr_t>(Second), "r-x"));
  llvm::consumeError(Manager.takeError());
}

TEST_CASE("A thread-local section is an error, not an abort") {
  auto Memory = anyArena();
  ReservingMemoryManager Manager(Memory);
  auto Section = Manager.allocateTLSSection(16, 8, 0, ".tdata");
  REQUIRE(Section.InitializationImage != nullptr);
  std::string Message;
  CHECK(Manager.finalizeMemory(&Message));
  CHECK(Message.find(".tdata") != std::string::npos);
}

TEST_CASE("An unresolved symbol is an error and leaks nothing") {
  auto Memory = anyArena();
  {
    ReservingMemoryManager Manager(Memory);
    TestLinker Linker(Manager);
    REQUIRE_SUCCESS(Linker.load("unresolved"));
    std::string Message = llvm::toString(Linker.finalize());
    CHECK(Message.find("nobody_defines_this") != std::string::npos);
  }
  CHECK(Memory->stats().LiveBytes == 0);
}

TEST_CASE("No system call maps memory for a single object") {
  TestMemory System;
  auto Memory = valueOf(ArenaAccess::create({}, System));
  ReservingMemoryManager Manager(Memory);
  std::vector<std::unique_ptr<TestLinker>> Linkers;
  constexpr size_t Objects = 200;
  for (size_t I = 0; I != Objects; ++I) {
    Linkers.push_back(std::make_unique<TestLinker>(Manager));
    REQUIRE_SUCCESS(Linkers.back()->loadAll({"tiny"}));
  }
  CHECK(System.Calls.Reserve == 1);
  // Two for each object, and a few for slabs, which large pages fill sooner.
  CHECK(System.Calls.Protect <=
        2 * Objects + 4 + 3 * Objects * System.pageSize() / SlabSize);
}

TEST_CASE("An object that fails does not disturb those it shares pages with") {
  auto Memory = anyArena();
  FailsAfterCode Manager(Memory);
  TestLinker Good(Manager), Bad(Manager);
  REQUIRE_SUCCESS(Good.load("tiny"));
  Manager.Failing = true;
  REQUIRE_SUCCESS(Bad.load("first"));
  Good.relocate();
  Bad.relocate();
  CHECK(Manager.finalizeMemory());
  CHECK(Good.function<int(int)>("tiny")(0) == 8);
  // The code of the failed one is gone.
  const auto *Code = Bad.function<const uint8_t>("first");
#if defined(__x86_64__)
  CHECK(Code[0] == 0xCC);
#else
  CHECK(*reinterpret_cast<const uint32_t *>(Code) == 0xD4200000);
#endif
  llvm::consumeError(Manager.takeError());
}

TEST_CASE("Objects that are sealed together share calls") {
  TestMemory System;
  auto Memory = valueOf(ArenaAccess::create({}, System));
  ReservingMemoryManager Manager(Memory);
  TestLinker Linker(Manager);
  for (const char *Name : {"tiny", "first", "hidden", "relay1", "relay2"})
    REQUIRE_SUCCESS(Linker.load(Name));
  int Unwound = 0;
  Linker.define("relay_unwound", &Unwound);
  size_t Before = System.Calls.Protect;
  REQUIRE_SUCCESS(Linker.finalize());
  // Each of the five objects has code and read-only data. Every other one is
  // mirrored, so that code meets code: two calls are saved, or one when the
  // objects in the middle have none.
  CHECK(System.Calls.Protect - Before < 10);
  CHECK(Linker.function<int(int)>("tiny")(0) == 8);
}
