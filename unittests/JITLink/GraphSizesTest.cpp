//===- GraphSizesTest.cpp - Segments of no bytes and of too many ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Process.h"
#include "Support/WindowMemory.h"
#include "TestGraph.h"
#include "TestJIT.h"

using namespace jitslab;
using namespace llvm;
using namespace llvm::jitlink;
using orc::MemLifetime;
using orc::MemProt;

namespace {

struct Rights {
  MemProt Prot;
  const char *Text;
};
const Rights AllRights[] = {{RX, "r-x"},
                            {MemProt::Read, "r--"},
                            {MemProt::None, "r--"},
                            {RW, "rw-"},
                            {MemProt::Write, "rw-"}};
constexpr MemLifetime Lifetimes[] = {MemLifetime::Standard,
                                     MemLifetime::Finalize};

/// A section of nothing: with contents of no bytes, or with no zeros.
Block &addEmpty(LinkGraph &G, StringRef Name, MemProt Prot,
                MemLifetime Lifetime, bool Zeros) {
  return Zeros ? addZeros(G, Name, Prot, 0, Lifetime, /*Align=*/64)
               : addSection(G, Name, Prot, 0, Lifetime, /*Align=*/64);
}

std::shared_ptr<Arena> arenaOn(VirtualMemory &System, Layout L) {
  ArenaOptions Options;
  Options.ObjectLayout = L;
  return valueOf(ArenaAccess::create(Options, System));
}

} // namespace

TEST_CASE("A segment without a byte has an address of its own in the window") {
  WindowMemory System;
  Layout L = anyLayout();
  {
    auto Memory = arenaOn(System, L);
    ArenaJITLinkMemoryManager Manager(Memory);
    for (const Rights &R : AllRights)
      for (MemLifetime Lifetime : Lifetimes)
        for (bool Zeros : {false, true})
          for (bool Alone : {false, true}) {
            INFO(
                R.Text << (Lifetime == MemLifetime::Finalize ? " finalize" : "")
                       << (Zeros ? " zeros" : "") << (Alone ? " alone" : ""));
            auto G = makeGraph(), Other = makeGraph();
            Block &Empty = addEmpty(*G, ".empty", R.Prot, Lifetime, Zeros);
            Block &Another =
                addEmpty(*Other, ".empty", R.Prot, Lifetime, Zeros);
            if (!Alone)
              addSection(*G, ".full", R.Prot == RX ? RW : RX, 100);
            auto InFlight = valueOf(Manager.allocate(nullptr, *G));
            auto OtherInFlight = valueOf(Manager.allocate(nullptr, *Other));
            uintptr_t Address = Empty.getAddress().getValue();
            CHECK(System.windowOf(Address, 1) >= 0);
            CHECK(Address % 64 == 0);
            CHECK(Address != Another.getAddress().getValue());
            auto Alloc = valueOf(InFlight->finalize());
            if (Lifetime == MemLifetime::Standard)
              CHECK(hasRights(Address, R.Text));
            REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
            REQUIRE_SUCCESS(
                Manager.deallocate(valueOf(OtherInFlight->finalize())));
          }
    CHECK(Memory->stats().LiveBytes == 0);
    CHECK(Memory->verify());
  }
}

TEST_CASE("Symbols of empty sections have addresses that code can refer to") {
  Layout L = anyLayout();
  WindowMemory System;
  {
    auto Memory = arenaOn(System, L);
    auto JIT = valueOf(makeJIT(Memory));
    REQUIRE_SUCCESS(addObjects(*JIT, {"empty", "emptystruct"}));
    for (const char *Name : {"empty_text", "empty_rodata", "empty_data"}) {
      INFO(Name);
      CHECK(System.windowOf(valueOf(JIT->lookup(Name)).getValue(), 1) >= 0);
    }
    auto *AddressOf = valueOf(functionOf<void *()>(*JIT, "empty_struct"));
    CHECK(System.windowOf(reinterpret_cast<uintptr_t>(AddressOf()), 1) >= 0);
  }
}

TEST_CASE("Sizes whose sum overflows do not fit into an arena") {
  constexpr uint64_t Half = uint64_t(1) << 63;
  constexpr size_t MiB = 1 << 20;
  Layout L = anyLayout();
  ArenaJITLinkMemoryManager Manager(arenaWith(L),
                                    {/*OutsideMinSize=*/SIZE_MAX});
  for (MemLifetime Lifetime : Lifetimes) {
    std::pair<const char *, std::function<void(LinkGraph &)>> Cases[] = {
        {"contents and zeros",
         [&](LinkGraph &G) {
           addSection(G, ".data", RW, 4 * MiB, Lifetime);
           addZeros(G, ".bss", RW, 16 - uint64_t(4 * MiB), Lifetime);
         }},
        {"zeros of one segment",
         [&](LinkGraph &G) {
           addZeros(G, ".bss", RW, Half, Lifetime);
           addZeros(G, ".tbss", RW, Half + 16, Lifetime);
         }},
        {"two segments of a kind",
         [&](LinkGraph &G) {
           addZeros(G, ".rodata", MemProt::Read, Half, Lifetime);
           addZeros(G, ".hidden", MemProt::None, Half, Lifetime);
         }},
        {"one block and its padding", [&](LinkGraph &G) {
           addSection(G, ".text", RX, 100, Lifetime);
           addZeros(G, ".pad", RX, UINT64_MAX - 100, Lifetime, 4096);
         }}};
    for (auto &[What, Fill] : Cases) {
      INFO(What << (Lifetime == MemLifetime::Finalize ? ", finalize" : ""));
      auto G = makeGraph();
      Fill(*G);
      auto InFlight = Manager.allocate(nullptr, *G);
      REQUIRE_FALSE(bool(InFlight));
      Error Err = InFlight.takeError();
      CHECK(Err.isA<ArenaFullError>());
      std::string Message = toString(std::move(Err));
      INFO(Message);
      CHECK(mentions(Message,
                     {"no room for an object", "no window can be larger"}));
      CHECK(Manager.arena()->stats().LiveBytes == 0);
    }
  }
  auto G = makeGraph();
  addSection(*G, ".text", RX, 100);
  auto Alloc = valueOf(valueOf(Manager.allocate(nullptr, *G))->finalize());
  REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
}

TEST_CASE("Parts of both lifetimes find a window that has room for both") {
  const size_t MiB = size_t(1) << 20;
  ArenaOptions Options;
  Options.ObjectLayout = anyLayout();
  Options.WindowSize = MinWindowSize;
  auto Memory = valueOf(Arena::create(Options));
  ArenaJITLinkOptions Inside;
  Inside.OutsideMinSize = SIZE_MAX;
  ArenaJITLinkMemoryManager Manager(Memory, Inside);
  std::vector<std::unique_ptr<LinkGraph>> Graphs;
  std::vector<std::unique_ptr<JITLinkMemoryManager::InFlightAlloc>> Live;
  auto Take = [&](size_t Code, size_t Data, orc::MemProt DataProt) {
    Graphs.push_back(makeGraph());
    LinkGraph &G = *Graphs.back();
    std::vector<uintptr_t> Places;
    if (Code)
      addSection(G, "text", RX, Code);
    if (Data)
      addZeros(G, "data", DataProt, Data, orc::MemLifetime::Finalize);
    Live.push_back(valueOf(Manager.allocate(nullptr, G)));
    for (Block *B : G.blocks())
      Places.push_back(B->getAddress().getValue());
    auto [Low, High] = std::minmax_element(Places.begin(), Places.end());
    CHECK(*High - *Low < Options.WindowSize);
  };
  // The first window is left with a slab or two.
  Take(3 * MiB, 0, RW);
  Take(1024, MiB, RW);
  Take(1024, 3 * MiB, RW);
  Take(0, 3 * MiB, RW);
  Take(1024, 5 * MiB, RW);
  Take(1024, 2 * MiB, orc::MemProt::Read);
  Take(2 * MiB, 2 * MiB, RX);
  CHECK(Memory->stats().Windows > 1);
  // More than any window of this size has, too.
  Take(1024, 16 * MiB, RW);
  CHECK(Memory->verify());
  for (auto &Each : Live)
    Each->abandon([](Error Err) { cantFail(std::move(Err)); });
  CHECK(Memory->stats().LiveBytes == 0);
  CHECK(Memory->stats().LiveObjects == 0);
}

TEST_CASE("A GiB of .bss costs nothing until it is written, and is zero") {
  constexpr size_t Size = size_t(1) << 30;
  auto Memory = anyArena();
  ArenaJITLinkOptions Options;
  Options.OutsideMinSize = SIZE_MAX;
  ArenaJITLinkMemoryManager Manager(Memory, Options);
  // The second time where the first one has written.
  for (int Round = 0; Round != 2; ++Round) {
    auto G = makeGraph();
    addSection(*G, ".text", RX, 100);
    addSection(*G, ".data", RW, 5000);
    Block &Zeros = addZeros(*G, ".bss", RW, Size);
    size_t Before = residentBytes();
    auto InFlight = valueOf(Manager.allocate(nullptr, *G));
    if (!runsUnderEmulator())
      CHECK(residentBytes() <= Before + (size_t(16) << 20));
    auto *Bytes = Zeros.getAddress().toPtr<char *>();
    for (size_t At : {size_t(0), Size / 2 + 5, Size - 1}) {
      CHECK(Bytes[At] == 0);
      Bytes[At] = FillByte;
    }
    auto Alloc = valueOf(InFlight->finalize());
    REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
  }
}

namespace {
/// Frames as GNU as makes them, of which JITLink has left out a record of 20
/// bytes.
struct FramesWithGap {
  FramesWithGap() {
    Section &S =
        createSection(*G, ".eh_frame", MemProt::Read, MemLifetime::Standard);
    auto Add = [&](size_t Size, uint64_t Address) {
      auto Content = G->allocateBuffer(Size);
      std::memset(Content.data(), FillByte, Size);
      return &G->createMutableContentBlock(S, Content,
                                           orc::ExecutorAddr(Address),
                                           /*Align=*/8, Address % 8);
    };
    First = Add(24, 0x1000);
    Behind = Add(32, 0x102c);
  }
  uint64_t distance() const {
    return Behind->getAddress() - First->getAddress();
  }

  std::unique_ptr<LinkGraph> G = makeGraph();
  Block *First, *Behind;
};
} // namespace

TEST_CASE("Frames follow each other without a gap where one is left out") {
  ArenaJITLinkMemoryManager Manager(arenaWith(anyLayout()));
  FramesWithGap Frames;
  auto Alloc = valueOf(Manager.allocate(nullptr, *Frames.G));
  CHECK(Frames.First->getAddress().getValue() % 8 == 0);
  CHECK(Frames.distance() == 24);
  Alloc->abandon([](Error Err) { cantFail(std::move(Err)); });
}

// Zeros end the section to an unwinder.
TEST_CASE("Control: with InProcessMemoryManager frames have a gap") {
  auto Manager = valueOf(InProcessMemoryManager::Create());
  FramesWithGap Frames;
  auto Alloc = valueOf(Manager->allocate(nullptr, *Frames.G));
  CHECK(Frames.distance() == 28);
  Alloc->abandon([](Error Err) { cantFail(std::move(Err)); });
}
