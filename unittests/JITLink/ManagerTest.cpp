//===- ManagerTest.cpp - The JITLinkMemoryManager interface ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Layouts.h"
#include "Support/Process.h"
#include "Support/TestMemory.h"
#include "TestGraph.h"
#include "jitslab/ArenaJITLinkMemoryManager.h"
#include <deque>

using namespace jitslab;
using namespace llvm;
using namespace llvm::jitlink;
using orc::MemLifetime;
using orc::MemProt;

TEST_CASE("Segments get contents, alignment and access rights") {
  Layout L = anyLayout();
  ArenaJITLinkMemoryManager Manager(arenaWith(L));
  auto G = makeGraph();
  Block &Code = addSection(*G, ".text", RX, 100);
  Block &Constants =
      addSection(*G, ".rodata", MemProt::Read, 5000, MemLifetime::Standard, 64);
  Block &Data = addSection(*G, ".data", RW, 24);
  Section &Zero = G->createSection(".bss", RW);
  Block &Bss = G->createZeroFillBlock(Zero, 40000, orc::ExecutorAddr(), 32, 0);
  auto InFlight = valueOf(Manager.allocate(nullptr, *G));
  CHECK(Manager.arena()->stats().LiveObjects == 1);
  auto Finalized = valueOf(InFlight->finalize());
  for (Block *B : {&Code, &Constants, &Data}) {
    auto *P = B->getAddress().toPtr<const char *>();
    CHECK(B->getAddress().getValue() % B->getAlignment() == 0);
    CHECK((P[0] == 0x5A && P[B->getSize() - 1] == 0x5A));
  }
  auto *Z = Bss.getAddress().toPtr<char *>();
  CHECK((Z[0] == 0 && Z[39999] == 0));
  Z[39999] = 1;
  CHECK(hasRights(Code.getAddress().getValue(), "r-x"));
  CHECK(hasRights(Constants.getAddress().getValue(), "r--"));
  CHECK(hasRights(Data.getAddress().getValue(), "rw-"));
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Finalized)));
  CHECK(Manager.arena()->stats().LiveBytes == 0);
  CHECK(Manager.arena()->verify());
}

TEST_CASE("Memory that is used again is zero where a graph expects zeros") {
  ArenaJITLinkMemoryManager Manager(anyArena());
  for (int Round = 0; Round != 3; ++Round) {
    auto G = makeGraph();
    Section &S = G->createSection(".bss", RW);
    Block &B = G->createZeroFillBlock(S, 6000, orc::ExecutorAddr(), 8, 0);
    auto Alloc = valueOf(valueOf(Manager.allocate(nullptr, *G))->finalize());
    auto *P = B.getAddress().toPtr<char *>();
    CHECK(std::all_of(P, P + 6000, [](char C) { return C == 0; }));
    memset(P, 0x77, 6000);
    REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
  }
}

TEST_CASE("Memory that is used again is zero between a graph's blocks") {
  // From 64 KiB on, contents are written once.
  const size_t Size = GENERATE(100, 50000);
  CAPTURE(Size);
  constexpr size_t Aligned = 4096;
  ArenaJITLinkMemoryManager Manager(anyArena());
  for (int Round = 0; Round != 3; ++Round) {
    auto G = makeGraph();
    auto AddBlock = [&](StringRef Name) {
      return &addSection(*G, Name, RW, Size, MemLifetime::Standard, Aligned);
    };
    Block *Blocks[] = {AddBlock("a"), AddBlock("b"), AddBlock("c")};
    auto Alloc = valueOf(valueOf(Manager.allocate(nullptr, *G))->finalize());
    sort(Blocks, [](const Block *A, const Block *B) {
      return A->getAddress() < B->getAddress();
    });
    auto *Begin = Blocks[0]->getAddress().toPtr<char *>();
    auto *End = Blocks[2]->getAddress().toPtr<char *>() + Size;
    size_t Zeros = 0, Filled = 0;
    for (char *P = Begin; P != End; ++P)
      *P == FillByte ? ++Filled : Zeros += *P == 0;
    CHECK(Filled == 3 * Size);
    CHECK(Zeros == 2 * (alignTo(Size, Aligned) - Size));
    memset(Begin, 0x77, End - Begin);
    REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
  }
}

TEST_CASE("Contents stay where an empty block is at the same address") {
  // From 64 KiB on, what is between contents is cleared. The order of blocks is
  // that of their addresses in the heap: some of these pairs show it.
  constexpr size_t Size = 70000, Pairs = 20;
  ArenaJITLinkMemoryManager Manager(anyArena());
  auto G = makeGraph();
  // A graph keeps no copies of names.
  std::deque<std::string> Names;
  auto Add = [&](size_t Size) {
    Names.push_back("s" + std::to_string(Names.size()));
    return &addSection(*G, Names.back(), RW, Size);
  };
  std::vector<Block *> Full;
  for (size_t I = 0; I != Pairs; ++I) {
    Add(0);
    Full.push_back(Add(Size));
    Add(0);
  }
  auto Alloc = valueOf(valueOf(Manager.allocate(nullptr, *G))->finalize());
  for (Block *B : Full) {
    const auto *P = B->getAddress().toPtr<const char *>();
    CHECK(std::all_of(P, P + Size, [](char C) { return C == FillByte; }));
  }
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
}

TEST_CASE("Finalize segments are free again right after finalize") {
  Layout L = anyLayout();
  ArenaJITLinkMemoryManager Manager(arenaWith(L));
  auto G = makeGraph();
  addSection(*G, ".text", RX, 100);
  auto WithoutFinalize = makeGraph();
  addSection(*WithoutFinalize, ".text", RX, 100);
  auto Reference =
      valueOf(valueOf(Manager.allocate(nullptr, *WithoutFinalize))->finalize());
  size_t OneSegment = Manager.arena()->stats().LiveBytes;

  Block &Temporary = addSection(*G, ".init", RW, 100000, MemLifetime::Finalize);
  auto InFlight = valueOf(Manager.allocate(nullptr, *G));
  CHECK(Manager.arena()->stats().LiveBytes > 100000);
  CHECK(*Temporary.getAddress().toPtr<const char *>() == 0x5A);
  auto Alloc = valueOf(InFlight->finalize());
  CHECK(Manager.arena()->stats().LiveBytes == 2 * OneSegment);
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Reference)));
}

TEST_CASE("NoAlloc sections take nothing") {
  ArenaJITLinkMemoryManager Manager(anyArena());
  auto G = makeGraph();
  addSection(*G, ".debug", MemProt::Read, 1 << 20, MemLifetime::NoAlloc);
  auto InFlight = valueOf(Manager.allocate(nullptr, *G));
  CHECK(Manager.arena()->stats().LiveBytes == 0);
  auto Alloc = valueOf(InFlight->finalize());
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
}

TEST_CASE("A section that is writable and executable is refused") {
  ArenaJITLinkMemoryManager Manager(anyArena());
  auto G = makeGraph();
  addSection(*G, ".text", RX | MemProt::Write, 100);
  std::string Message = messageOf(Manager.allocate(nullptr, *G));
  CHECK(Message.find("writable and executable") != std::string::npos);
  CHECK(Manager.arena()->stats().LiveBytes == 0);
}

TEST_CASE("Ten thousand abandoned allocations leave the arena as it was") {
  Layout L = anyLayout();
  ArenaJITLinkMemoryManager Manager(arenaWith(L));
  auto AbandonOne = [&] {
    auto G = makeGraph();
    addSection(*G, ".text", RX, 100);
    addSection(*G, ".data", RW, 100);
    addSection(*G, ".once", MemProt::Read, 100, MemLifetime::Finalize);
    auto InFlight = valueOf(Manager.allocate(nullptr, *G));
    bool Abandoned = false;
    InFlight->abandon([&](Error Err) {
      Abandoned = true;
      REQUIRE_SUCCESS(std::move(Err));
    });
    REQUIRE(Abandoned);
  };
  AbandonOne();
  ArenaStats Before = Manager.arena()->stats();
  CHECK(Before.LiveBytes == 0);
  for (int I = 0; I != 10000; ++I)
    AbandonOne();
  ArenaStats After = Manager.arena()->stats();
  CHECK(After.LiveObjects == 0);
  CHECK(After.LiveBytes == 0);
  CHECK(After.CommittedBytes == Before.CommittedBytes);
  CHECK(Manager.arena()->verify());
}

TEST_CASE("A failing finalize action undoes those before it") {
  ArenaJITLinkMemoryManager Manager(anyArena());
  auto G = makeGraph();
  addSection(*G, ".text", RX, 100);
  G->allocActions().push_back({action(1), action(-1)});
  G->allocActions().push_back({action(2), action(-2)});
  G->allocActions().push_back({action(100), action(-100)});
  ActionLog.clear();
  auto InFlight = valueOf(Manager.allocate(nullptr, *G));
  std::string Message = messageOf(InFlight->finalize());
  CHECK(Message.find("action 100 fails") != std::string::npos);
  CHECK(ActionLog == std::vector<int>{1, 2, 100, -2, -1});
  CHECK(Manager.arena()->stats().LiveBytes == 0);
  CHECK(Manager.arena()->verify());
}

TEST_CASE("Dealloc actions run last to first, and failures free all the same") {
  ArenaJITLinkMemoryManager Manager(anyArena());
  std::vector<JITLinkMemoryManager::FinalizedAlloc> Allocs;
  for (int I = 1; I <= 3; ++I) {
    auto G = makeGraph();
    addSection(*G, ".text", RX, 100);
    G->allocActions().push_back({action(10 * I), action(-10 * I)});
    G->allocActions().push_back({action(10 * I + 1), action(100 * I)});
    Allocs.push_back(
        valueOf(valueOf(Manager.allocate(nullptr, *G))->finalize()));
  }
  ActionLog.clear();
  std::string Message = toString(Manager.deallocate(std::move(Allocs)));
  CHECK(ActionLog == std::vector<int>{300, -30, 200, -20, 100, -10});
  for (const char *Part : {"action 100", "action 200", "action 300"})
    CHECK(Message.find(Part) != std::string::npos);
  CHECK(Manager.arena()->stats().LiveBytes == 0);
}

TEST_CASE("Callbacks may use the manager again") {
  ArenaJITLinkMemoryManager Manager(anyArena());
  int Depth = 0;
  std::vector<std::unique_ptr<LinkGraph>> Graphs;
  std::function<void()> Nest = [&] {
    if (++Depth > 20)
      return;
    Graphs.push_back(makeGraph());
    LinkGraph &G = *Graphs.back();
    addSection(G, ".text", RX, 100);
    Manager.allocate(nullptr, G, [&](JITLinkMemoryManager::AllocResult A) {
      auto InFlight = valueOf(std::move(A));
      Nest();
      InFlight->finalize([&](auto Finalized) {
        auto Alloc = valueOf(std::move(Finalized));
        Manager.deallocate(std::move(Alloc),
                           [](Error Err) { cantFail(std::move(Err)); });
      });
    });
  };
  Nest();
  CHECK(Manager.arena()->stats().LiveBytes == 0);
  CHECK(Manager.arena()->verify());
}

TEST_CASE("Every refused system call ends in an error and leaks nothing") {
  Layout L = anyLayout();
  size_t Faults = 0;
  for (size_t Nth = 1;; ++Nth) {
    TestMemory System;
    bool Hit = false;
    {
      ArenaOptions Options;
      Options.ObjectLayout = L;
      Options.WindowSize = MinWindowSize;
      auto Memory = valueOf(ArenaAccess::create(Options, System));
      ArenaJITLinkMemoryManager Manager(Memory);
      auto LoadOne = [&]() -> Error {
        auto G = makeGraph();
        addSection(*G, ".text", RX, 100);
        addSection(*G, ".rodata", MemProt::Read, 100);
        addSection(*G, ".once", RX, 100, MemLifetime::Finalize);
        addSection(*G, ".nv_fatbin", RW, 1000);
        auto InFlight = Manager.allocate(nullptr, *G);
        if (!InFlight)
          return InFlight.takeError();
        auto Alloc = (*InFlight)->finalize();
        if (!Alloc)
          return Alloc.takeError();
        return Manager.deallocate(std::move(*Alloc));
      };
      System.FailNth = Nth;
      consumeError(LoadOne());
      Hit = System.FailNth == 0;
      System.FailNth = 0;
      CHECK(Memory->stats().LiveBytes == 0);
      CHECK(Memory->verify());
      REQUIRE_SUCCESS(LoadOne());
    }
    CHECK(System.OpenReservations == 0);
    if (!Hit)
      break;
    ++Faults;
  }
  CHECK(Faults >= 5);
}
