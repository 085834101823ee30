//===- PeersTest.cpp - What users of JITLink's managers count on ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// docs/compatibility.md says which of LLVM's promises these tests keep.
//
//===----------------------------------------------------------------------===//

#include "LLVMCompat.h"
#include "Support/ArenaFixture.h"
#include "Support/Layouts.h"
#include "Support/Process.h"
#include "Support/Random.h"
#include "TestGraph.h"
#include "jitslab/ArenaJITLinkMemoryManager.h"
#include "jitslab/ArenaSnapshot.h"
#include <algorithm>

using namespace jitslab;
using namespace llvm;
using namespace llvm::jitlink;
using orc::MemLifetime;
using orc::MemProt;
using FinalizedAlloc = JITLinkMemoryManager::FinalizedAlloc;

namespace {

constexpr MemProt RO = MemProt::Read;

/// An arena whose windows are as small as they can be.
std::shared_ptr<Arena> smallArena(Layout L) {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = L;
  return valueOf(Arena::create(O));
}

FinalizedAlloc link(ArenaJITLinkMemoryManager &Manager, LinkGraph &G) {
  return valueOf(valueOf(Manager.allocate(nullptr, G))->finalize());
}

uintptr_t addressOf(const Block &B) { return B.getAddress().getValue(); }

/// What lies at a block's address.
const char *contentOf(const Block &B) {
  return B.getAddress().toPtr<const char *>();
}

bool holdsOnly(const char *Start, size_t Size, char Byte) {
  return std::all_of(Start, Start + Size, [=](char C) { return C == Byte; });
}

Expected<SimpleSegmentAlloc>
simpleAlloc(ArenaJITLinkMemoryManager &Manager,
            SimpleSegmentAlloc::SegmentMap Segments) {
#if JITSLAB_LLVM_SYMBOL_NAMES_ARE_POOLED
  return SimpleSegmentAlloc::Create(
      Manager, std::make_shared<orc::SymbolStringPool>(),
      Triple(sys::getProcessTriple()), nullptr, std::move(Segments));
#else
  return SimpleSegmentAlloc::Create(Manager, nullptr, std::move(Segments));
#endif
}

} // namespace

TEST_CASE("What is written into an allocation is there when it is finalized") {
  Layout L = anyLayout();
  TestMemory System;
  ArenaOptions O;
  O.ObjectLayout = L;
  auto Memory = valueOf(ArenaAccess::create(O, System));
  ArenaJITLinkMemoryManager Manager(Memory);
  const StringRef Texts[] = {"the first", "and the second"};
  std::vector<FinalizedAlloc> Allocs;
  std::vector<orc::ExecutorAddr> Addresses;
  size_t Reservations = System.Calls.Reserve;
  for (StringRef Text : Texts) {
    auto Alloc = valueOf(simpleAlloc(Manager, {{RO, {Text.size(), Align(1)}}}));
    auto Segment = Alloc.getSegInfo(RO);
    memcpy(Segment.WorkingMem.data(), Text.data(), Text.size());
    Addresses.push_back(Segment.Addr);
    Allocs.push_back(valueOf(Alloc.finalize()));
  }
  for (size_t I = 0; I != 2; ++I)
    CHECK(StringRef(Addresses[I].toPtr<const char *>(), Texts[I].size()) ==
          Texts[I]);
  // Both come from what was reserved when the arena was made.
  CHECK(System.Calls.Reserve == Reservations);
  // One by one, the older one first.
  for (FinalizedAlloc &A : Allocs)
    REQUIRE_SUCCESS(Manager.deallocate(std::move(A)));
  CHECK(Memory->stats().LiveBytes == 0);
}

TEST_CASE("Neighbours that were freed make room for one of their joint size") {
  Layout L = anyLayout();
  ArenaJITLinkMemoryManager Manager(smallArena(L));
  size_t Page = pageSize();
  auto One = [&](size_t Size) {
    auto G = makeGraph();
    const Block &B = addSection(*G, ".rodata", RO, Size);
    auto Alloc = link(Manager, *G);
    return std::make_pair(std::move(Alloc), addressOf(B));
  };
  auto First = One(Page), Second = One(Page), Behind = One(Page);
  // Kept: what is free behind it does not count.
  size_t Committed = Manager.arena()->stats().CommittedBytes;
  uintptr_t Hole = std::min(First.second, Second.second);
  REQUIRE_SUCCESS(Manager.deallocate(std::move(First.first)));
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Second.first)));
  auto Joint = One(2 * Page);
  CHECK(Joint.second == Hole);
  CHECK(Manager.arena()->stats().CommittedBytes == Committed);
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Joint.first)));
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Behind.first)));
}

TEST_CASE("Each action runs once: at finalize, and when memory goes") {
  Layout L = anyLayout();
  ArenaJITLinkMemoryManager Manager(arenaWith(L));
  auto G = makeGraph();
  addSection(*G, ".data", RW, 100);
  G->allocActions().push_back({action(1), action(-1)});
  ActionLog.clear();
  auto InFlight = valueOf(Manager.allocate(nullptr, *G));
  CHECK(ActionLog.empty());
  auto Alloc = valueOf(InFlight->finalize());
  CHECK(ActionLog == std::vector<int>{1});
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
  CHECK(ActionLog == std::vector<int>{1, -1});

  // What is abandoned was never made.
  auto Abandoned = makeGraph();
  addSection(*Abandoned, ".data", RW, 100);
  Abandoned->allocActions().push_back({action(2), action(-2)});
  valueOf(Manager.allocate(nullptr, *Abandoned))->abandon([](Error Err) {
    cantFail(std::move(Err));
  });
  CHECK(ActionLog == std::vector<int>{1, -1});
  CHECK(Manager.arena()->stats().LiveBytes == 0);
}

TEST_CASE("Code is packed at the bottom of a window, apart from data") {
  // PerObject keeps each object together instead.
  Layout L = GENERATE(Layout::PerProtection, Layout::Dense);
  ArenaJITLinkMemoryManager Manager(smallArena(L));
  constexpr size_t Graphs = 32;
  size_t Page = pageSize();
  std::vector<FinalizedAlloc> Allocs;
  uintptr_t CodeLow = UINTPTR_MAX, CodeHigh = 0, DataLow = UINTPTR_MAX;
  std::vector<std::pair<uintptr_t, MemProt>> Pages;
  for (size_t I = 0; I != Graphs; ++I) {
    auto G = makeGraph();
    Block &Code = addSection(*G, ".text", RX, Page);
    Block &Constants = addSection(*G, ".rodata", RO, Page);
    Block &Data = addSection(*G, ".data", RW, Page);
    Allocs.push_back(link(Manager, *G));
    CodeLow = std::min(CodeLow, addressOf(Code));
    CodeHigh = std::max(CodeHigh, addressOf(Code) + Page);
    for (Block *B : {&Constants, &Data})
      DataLow = std::min(DataLow, addressOf(*B));
    for (Block *B : {&Code, &Constants, &Data})
      for (uintptr_t P : {addressOf(*B), addressOf(*B) + Page - 1})
        Pages.push_back({P / Page, B->getSection().getMemProt()});
  }
  CHECK(CodeHigh <= DataLow);
  CHECK(CodeHigh - CodeLow == Graphs * Page);
  // No page has two kinds.
  std::sort(Pages.begin(), Pages.end());
  CHECK(std::adjacent_find(Pages.begin(), Pages.end(),
                           [](const auto &A, const auto &B) {
                             return A.first == B.first && A.second != B.second;
                           }) == Pages.end());
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Allocs)));
}

TEST_CASE("The segments of a graph share a window, however many there are") {
  Layout L = anyLayout();
  auto Memory = smallArena(L);
  ArenaJITLinkOptions Options;
  Options.OutsideMinSize = SIZE_MAX;
  ArenaJITLinkMemoryManager Manager(Memory, Options);
  std::vector<FinalizedAlloc> Allocs;
  auto Load = [&](size_t SegmentSize) {
    auto G = makeGraph();
    Block *Blocks[] = {&addSection(*G, ".text", RX, SegmentSize),
                       &addSection(*G, ".rodata", RO, SegmentSize),
                       &addSection(*G, ".data", RW, SegmentSize)};
    Allocs.push_back(link(Manager, *G));
    for (const WindowSnapshot &W : Memory->snapshot().Windows)
      if (std::all_of(std::begin(Blocks), std::end(Blocks), [&](Block *B) {
            return W.Begin <= addressOf(*B) &&
                   addressOf(*B) + SegmentSize <= W.End;
          }))
        return true;
    return false;
  };
  for (int I = 0; I != 12; ++I)
    CHECK(Load(SlabSize / 2));
  CHECK(Memory->stats().Windows > 1);
  // Larger than a window usually is: it gets one of its own.
  size_t Windows = Memory->stats().Windows;
  CHECK(Load(MinWindowSize));
  CHECK(Memory->stats().Windows == Windows + 1);
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Allocs)));
  CHECK(Memory->stats().LiveBytes == 0);
}

TEST_CASE("Freed memory of every kind is used again, writable and zero") {
  Layout L = anyLayout();
  ArenaJITLinkMemoryManager Manager(smallArena(L));
  size_t Size = 3 * pageSize();
  for (MemProt Prot : {RX, RO, RW}) {
    auto Full = makeGraph();
    Block &Before = addSection(*Full, ".full", Prot, Size);
    auto Alloc = link(Manager, *Full);
    uintptr_t Address = addressOf(Before);
    REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));

    auto Zeros = makeGraph();
    Section &S = Zeros->createSection(".zero", Prot);
    Block &B = Zeros->createZeroFillBlock(S, Size, orc::ExecutorAddr(), 16, 0);
    Alloc = link(Manager, *Zeros);
    CHECK(addressOf(B) == Address);
    CHECK(holdsOnly(contentOf(B), Size, 0));
    REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
  }
}

TEST_CASE("Memory of Finalize lifetime, and what is abandoned, is the next "
          "graph's") {
  Layout L = anyLayout();
  ArenaJITLinkMemoryManager Manager(smallArena(L));
  // Colouring moves segments within their page.
  uintptr_t Page = 0;
  auto Allocate = [&](MemLifetime Lifetime) {
    auto G = makeGraph();
    Block &B = addSection(*G, ".data", RW, 100, Lifetime);
    auto InFlight = valueOf(Manager.allocate(nullptr, *G));
    if (Page)
      CHECK(addressOf(B) / pageSize() == Page);
    Page = addressOf(B) / pageSize();
    return std::make_pair(std::move(G), std::move(InFlight));
  };
  {
    auto Abandoned = Allocate(MemLifetime::Standard);
    Abandoned.second->abandon([](Error Err) { cantFail(std::move(Err)); });
  }
  std::vector<FinalizedAlloc> Allocs;
  for (int I = 0; I != 3; ++I) {
    auto Temporary = Allocate(MemLifetime::Finalize);
    Allocs.push_back(valueOf(Temporary.second->finalize()));
  }
  CHECK(Manager.arena()->stats().LiveBytes == 0);
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Allocs)));
}

TEST_CASE("A graph without sections is linked too") {
  Layout L = anyLayout();
  ArenaJITLinkMemoryManager Manager(arenaWith(L));
  auto G = makeGraph();
  auto Alloc = link(Manager, *G);
  CHECK(Manager.arena()->stats().LiveBytes == 0);
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
}

namespace {

/// A graph that was linked, and what its sections have to hold.
struct Linked {
  struct Part {
    uintptr_t Begin, End;
    char Byte;
  };
  FinalizedAlloc Alloc;
  std::vector<Part> Parts;

  bool isIntact() const {
    return std::all_of(Parts.begin(), Parts.end(), [](const Part &P) {
      return holdsOnly(reinterpret_cast<const char *>(P.Begin), P.End - P.Begin,
                       P.Byte);
    });
  }
};

} // namespace

TEST_CASE("Random graphs never share a byte, and zeros are zeros") {
  Layout L = anyLayout();
  uint64_t Seed = testSeed(20);
  INFO("seed " << Seed);
  Random Rand(Seed);
  auto Memory = smallArena(L);
  ArenaJITLinkMemoryManager Manager(Memory);
  std::vector<Linked> Live;
  constexpr int Operations = 1000;
  for (int I = 0; I != Operations; ++I) {
    if (!Live.empty() && Rand.percent(Live.size() > 60 ? 60 : 35)) {
      std::swap(Live[Rand.below(Live.size())], Live.back());
      REQUIRE(Live.back().isIntact());
      REQUIRE_SUCCESS(Manager.deallocate(std::move(Live.back().Alloc)));
      Live.pop_back();
      continue;
    }
    auto G = makeGraph();
    char Byte = char(Rand.between(1, 100));
    std::vector<Block *> Filled, Zero;
    for (MemProt Prot : {RX, RO, RW}) {
      if (Rand.percent(30))
        continue;
      std::string Name = "s" + std::to_string(unsigned(Prot));
      Filled.push_back(
          &addSection(*G, Name, Prot, Rand.between(1, 4 * pageSize())));
      memset(Filled.back()->getAlreadyMutableContent().data(), Byte,
             Filled.back()->getSize());
      if (Rand.percent(40))
        Zero.push_back(&G->createZeroFillBlock(Filled.back()->getSection(),
                                               Rand.between(1, 2 * pageSize()),
                                               orc::ExecutorAddr(), 8, 0));
    }
    if (Rand.percent(25))
      addSection(*G, ".once", RW, Rand.between(1, pageSize()),
                 MemLifetime::Finalize);
    Linked New;
    auto InFlight = valueOf(Manager.allocate(nullptr, *G));
    if (Rand.percent(10)) {
      InFlight->abandon([](Error Err) { cantFail(std::move(Err)); });
      continue;
    }
    New.Alloc = valueOf(InFlight->finalize());
    for (Block *B : Filled)
      New.Parts.push_back({addressOf(*B), addressOf(*B) + B->getSize(), Byte});
    for (Block *B : Zero)
      New.Parts.push_back({addressOf(*B), addressOf(*B) + B->getSize(), 0});
    REQUIRE(New.isIntact());
    Live.push_back(std::move(New));
    REQUIRE(Memory->verify());
  }
  // Of each byte there is one owner: nobody has written into another's.
  for (Linked &One : Live) {
    CHECK(One.isIntact());
    REQUIRE_SUCCESS(Manager.deallocate(std::move(One.Alloc)));
  }
  CHECK(Memory->stats().LiveBytes == 0);
}
