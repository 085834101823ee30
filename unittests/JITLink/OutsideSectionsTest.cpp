//===- OutsideSectionsTest.cpp - Large sections outside the windows -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LLVMCompat.h"
#include "Support/ArenaFixture.h"
#include "Support/TestMemory.h"
#include "TestGraph.h"
#include "TestJIT.h"
#include "jitslab/ArenaSnapshot.h"
#include "llvm/ExecutionEngine/JITLink/aarch64.h"
#include "llvm/ExecutionEngine/JITLink/x86_64.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"

using namespace jitslab;
using namespace llvm;
using orc::MemProt;

namespace {

constexpr size_t BlobSize = 4 << 20;

struct LoadedBlob {
  ArenaStats Stats;
  /// How many sections.
  size_t Outside;
};

LoadedBlob loadBlob(Layout L, const char *Object,
                    ArenaJITLinkOptions Options = {}) {
  TestMemory System;
  ArenaOptions ArenaOpts;
  ArenaOpts.ObjectLayout = L;
  LoadedBlob Result;
  {
    auto Memory = valueOf(ArenaAccess::create(ArenaOpts, System));
    size_t Before = System.OpenReservations;
    auto JIT = valueOf(makeJIT(Memory, Options));
    REQUIRE_SUCCESS(addObjects(*JIT, {Object}));
    auto *At = valueOf(functionOf<int(int)>(*JIT, "blob_at"));
    CHECK(At(1) == 2);
    CHECK(At(BlobSize - 1) == 99);
    Result.Stats = Memory->stats();
    CHECK(Result.Stats.Windows == 1);
    Result.Outside = System.OpenReservations - Before;
  }
  CHECK(System.OpenReservations == 0);
  return Result;
}

constexpr size_t TableSize = 2 << 20;

/// A graph of an architecture whose code has an edge of a kind to a local table
/// of 2 MiB, or whose table has one to itself.
std::unique_ptr<jitlink::LinkGraph>
tableGraph(const char *Arch, jitlink::Edge::Kind Kind, bool WithinTable) {
  auto G = makeGraph("table", std::make_shared<orc::SymbolStringPool>(),
                     Triple(Arch, "unknown", "linux", "gnu"));
  jitlink::Block &Table = addSection(*G, ".rodata", MemProt::Read, TableSize);
  jitlink::Symbol &Symbol =
      G->addAnonymousSymbol(Table, 0, TableSize, false, true);
  jitlink::Block &From = WithinTable ? Table : addSection(*G, ".text", RX, 64);
  From.addEdge(Kind, 0, Symbol, 0);
  return G;
}

/// How many sections of \p G lie outside the windows of an arena, which lie low
/// enough for absolute addresses of 32 bits.
size_t sectionsOutside(jitlink::LinkGraph &G,
                       ArenaJITLinkOptions Options = {}) {
  TestMemory System;
  ArenaOptions ArenaOpts = smallOptions();
  ArenaOpts.Below = uintptr_t(1) << 31;
  ArenaJITLinkMemoryManager Manager(
      valueOf(ArenaAccess::create(ArenaOpts, System)), Options);
  size_t Before = System.OpenReservations;
  auto InFlight = valueOf(Manager.allocate(nullptr, G));
  size_t Outside = System.OpenReservations - Before;
  InFlight->abandon([](Error Err) { REQUIRE_SUCCESS(std::move(Err)); });
  return Outside;
}

} // namespace

TEST_CASE("A large section that only absolute relocations refer to lies "
          "outside") {
  LoadedBlob Blob = loadBlob(anyLayout(), "blob");
  CHECK(Blob.Stats.LiveBytes < BlobSize);
  CHECK(Blob.Outside == 1);
  CHECK(Blob.Stats.OutsideBytes >= BlobSize);
}

TEST_CASE("A single reference by distance keeps a large section inside") {
  LoadedBlob Blob = loadBlob(anyLayout(), "blobnear");
  CHECK(Blob.Stats.LiveBytes >= BlobSize);
  CHECK(Blob.Outside == 0);
  CHECK(Blob.Stats.OutsideBytes == 0);
}

TEST_CASE("The size from which sections lie outside is an option") {
  Layout L = anyLayout();
  ArenaJITLinkOptions Options;
  Options.OutsideMinSize = BlobSize + 1;
  CHECK(loadBlob(L, "blob", Options).Stats.LiveBytes >= BlobSize);
  Options.OutsideMinSize = BlobSize;
  CHECK(loadBlob(L, "blob", Options).Stats.LiveBytes < BlobSize);
  Options.OutsideMinSize = SIZE_MAX;
  CHECK(loadBlob(L, "blob", Options).Stats.LiveBytes >= BlobSize);
}

TEST_CASE("Device code lies outside whatever its size") {
  TestMemory System;
  ArenaOptions Options;
  Options.ObjectLayout = anyLayout();
  auto Memory = valueOf(ArenaAccess::create(Options, System));
  size_t Before = System.OpenReservations;
  auto JIT = valueOf(makeJIT(Memory));
  REQUIRE_SUCCESS(addObjects(*JIT, {"fatbin"}));
  CHECK(valueOf(functionOf<int()>(*JIT, "fatbin_last"))() == 77);
  CHECK(System.OpenReservations == Before + 1);
}

TEST_CASE("Only what can be encoded anywhere lets a section lie outside") {
  using namespace jitlink;
  struct {
    const char *Arch;
    Edge::Kind Kind;
    /// How many lie outside when code refers to it, and when it does itself.
    size_t FromCode, FromItself;
  } Cases[] = {
      {"x86_64", x86_64::Pointer64, 1, 1},
#if JITSLAB_LLVM_HAS_X86_64_SIZE_EDGES
      {"x86_64", x86_64::Size64, 1, 1},
      {"x86_64", x86_64::Size32, 1, 1},
#endif
      {"x86_64", x86_64::Pointer32, 0, 0},
      {"x86_64", x86_64::Pointer32Signed, 0, 0},
      {"x86_64", x86_64::Pointer16, 0, 0},
      {"x86_64", x86_64::Pointer8, 0, 0},
      {"x86_64", x86_64::Delta32, 0, 1},
      {"x86_64", x86_64::NegDelta32, 0, 1},
      {"x86_64", x86_64::BranchPCRel32, 0, 0},
      {"aarch64", aarch64::Pointer64, 1, 1},
      {"aarch64", aarch64::MoveWide16, 1, 1},
      {"aarch64", aarch64::Pointer32, 0, 0},
      {"aarch64", aarch64::Delta32, 0, 1},
      {"aarch64", aarch64::NegDelta32, 0, 1},
      {"aarch64", aarch64::Page21, 0, 0},
      {"aarch64", aarch64::PageOffset12, 0, 0},
  };
  for (const auto &C : Cases) {
    INFO(C.Arch << " edge kind " << int(C.Kind));
    CHECK(sectionsOutside(*tableGraph(C.Arch, C.Kind, false)) == C.FromCode);
    CHECK(sectionsOutside(*tableGraph(C.Arch, C.Kind, true)) == C.FromItself);
  }
}

TEST_CASE("Code without position independence links into a low window") {
  ArenaOptions Options;
  Options.ObjectLayout = anyLayout();
  Options.WindowSize = size_t(64) << 20;
  Options.Near = 0x40000000;
  auto Memory = valueOf(Arena::create(Options));
  if (Memory->snapshot().Windows.front().End > (uintptr_t(1) << 31)) {
    WARN("NOT RUN: no room for a window below 2 GiB");
    return;
  }
  auto JIT = valueOf(makeJIT(Memory));
  REQUIRE_SUCCESS(addObjects(*JIT, {"blobabsolute"}));
  auto *Direct = valueOf(functionOf<int(int)>(*JIT, "blob_direct"));
  CHECK(Direct(1) == 2);
  CHECK(Direct(BlobSize - 1) == 99);
  CHECK(Memory->stats().LiveBytes >= BlobSize);
}

TEST_CASE("A global variable that no window holds lies outside") {
  auto Memory = anyArena();
  ArenaJITLinkMemoryManager Manager(Memory);
  for (bool ByDistance : {false, true}) {
    auto G = makeGraph("large", std::make_shared<orc::SymbolStringPool>(),
                       Triple("x86_64-unknown-linux-gnu"));
    jitlink::Block &Code = addSection(*G, ".text", RX, 64);
    jitlink::Block &Big =
        addZeros(*G, ".lbss", MemProt::Read | MemProt::Write, MaxWindowSize);
    jitlink::Symbol &Symbol =
        G->addDefinedSymbol(Big, 0, "big", MaxWindowSize,
                            jitlink::Linkage::Strong, jitlink::Scope::Default,
                            /*IsCallable=*/false, /*IsLive=*/true);
    Code.addEdge(ByDistance ? jitlink::x86_64::Delta32
                            : jitlink::x86_64::Pointer64,
                 8, Symbol, 0);
    auto InFlight = Manager.allocate(nullptr, *G);
    if (ByDistance) {
      CHECK(llvm::errorToErrorCode(InFlight.takeError()) ==
            std::errc::not_enough_memory);
      continue;
    }
    auto Alloc = valueOf(valueOf(std::move(InFlight))->finalize());
    CHECK(Memory->stats().LiveBytes < SlabSize);
    CHECK(Memory->stats().OutsideBytes >= MaxWindowSize);
    // All of it is there, at no cost.
    auto *Bytes = Big.getAddress().toPtr<char *>();
    CHECK(Bytes[0] + Bytes[MaxWindowSize - 1] == 0);
    REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
    CHECK(Memory->stats().OutsideBytes == 0);
  }
}

TEST_CASE("A section without a byte is never outside") {
  Layout L = anyLayout();
  ArenaJITLinkOptions Options;
  Options.OutsideMinSize = 0;
  for (const char *Name : {".nv_fatbin", "__nv_module_id", ".rodata"})
    for (bool Zeros : {false, true}) {
      INFO(Name);
      ArenaJITLinkMemoryManager Manager(arenaWith(L), Options);
      auto G = makeGraph();
      jitlink::Block &Empty = Zeros ? addZeros(*G, Name, MemProt::Read, 0)
                                    : addSection(*G, Name, MemProt::Read, 0);
      auto Alloc = valueOf(valueOf(Manager.allocate(nullptr, *G))->finalize());
      const WindowSnapshot W = Manager.arena()->snapshot().Windows.front();
      CHECK(Empty.getAddress().getValue() >= W.Begin);
      CHECK(Empty.getAddress().getValue() < W.End);
      REQUIRE_SUCCESS(Manager.deallocate(std::move(Alloc)));
    }
}

TEST_CASE("A section outside that no address space has room for is an error") {
  constexpr uint64_t Half = uint64_t(1) << 63;
  TestMemory System;
  ArenaOptions Options;
  Options.ObjectLayout = anyLayout();
  {
    auto Memory = valueOf(ArenaAccess::create(Options, System));
    size_t Before = System.OpenReservations;
    ArenaJITLinkMemoryManager Manager(Memory);
    for (auto [First, Second] :
         {std::pair(Half, Half + 16), std::pair(uint64_t(16), UINT64_MAX - 31),
          std::pair(uint64_t(0), UINT64_MAX)}) {
      auto G = makeGraph();
      jitlink::Section &S = G->createSection(".nv_fatbin", MemProt::Read);
      for (uint64_t Size : {First, Second})
        G->createZeroFillBlock(S, Size, orc::ExecutorAddr(), 16, 0);
      std::string Message;
      CHECK(codeOf(Manager.allocate(nullptr, *G), Message) ==
            std::errc::not_enough_memory);
      CHECK(mentions(Message, {"cannot map section .nv_fatbin"}));
      CHECK(Memory->stats().LiveBytes == 0);
      CHECK(System.OpenReservations == Before);
    }
  }
}
