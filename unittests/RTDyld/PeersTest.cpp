//===- PeersTest.cpp - What SectionMemoryManager's users count on ---------===//
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

#include "OrcJIT.h"
#include "Platform/VirtualMemory.h"
#include "Support/Layouts.h"
#include "jitslab/ReservingMemoryManager.h"
#include <algorithm>

using namespace jitslab;

namespace {

/// Asks a memory manager for sections, as RuntimeDyld would, and writes a
/// pattern of its own into each.
class Ledger {
public:
  explicit Ledger(llvm::RTDyldMemoryManager &Manager) : Manager(Manager) {}

  void take(SegmentKind K, size_t Size, unsigned Align) {
    auto ID = unsigned(Entries.size());
    uint8_t *Start =
        K == SegmentKind::Code
            ? Manager.allocateCodeSection(Size, Align, ID, ".text")
            : Manager.allocateDataSection(Size, Align, ID, ".data",
                                          K == SegmentKind::ROData);
    REQUIRE(Start != nullptr);
    Misaligned += Align && reinterpret_cast<uintptr_t>(Start) % Align != 0;
    Entries.push_back({Start, Size});
    std::fill_n(Start, Size, pattern(ID));
  }

  size_t misaligned() const { return Misaligned; }

  /// How many sections hold another byte than was written.
  size_t overwritten() const {
    size_t Count = 0;
    for (size_t I = 0; I != Entries.size(); ++I) {
      const uint8_t *Start = Entries[I].Start;
      Count += std::any_of(Start, Start + Entries[I].Size,
                           [&](uint8_t B) { return B != pattern(I); });
    }
    return Count;
  }

  /// From the first to the last byte of all sections.
  size_t span() const {
    uintptr_t Low = UINTPTR_MAX, High = 0;
    for (const Entry &E : Entries) {
      auto Start = reinterpret_cast<uintptr_t>(E.Start);
      Low = std::min(Low, Start);
      High = std::max(High, Start + E.Size);
    }
    return High - Low;
  }

private:
  struct Entry {
    uint8_t *Start;
    size_t Size;
  };
  // Neighbours differ, and so do those that are 256 apart.
  static uint8_t pattern(size_t Number) { return uint8_t(1 + Number % 251); }

  llvm::RTDyldMemoryManager &Manager;
  std::vector<Entry> Entries;
  size_t Misaligned = 0;
};

constexpr unsigned Many = 10000;

// Small sections of many sizes and alignments.
struct Varied {
  explicit Varied(unsigned I)
      : CodeSize(1 + I * 7 % 16), DataSize(1 + I * 5 % 8), Align(8u << I % 4),
        Data(I % 3 == 0 ? SegmentKind::ROData : SegmentKind::RWData) {}
  size_t CodeSize, DataSize;
  unsigned Align;
  SegmentKind Data;
};

} // namespace

TEST_CASE("Sections that nobody announced share no byte, whatever their size") {
  Layout L = anyLayout();
  for (size_t Size : {size_t(32), size_t(256), size_t(1) << 20}) {
    auto Memory = arenaWith(L);
    ReservingMemoryManager Manager(Memory);
    Ledger Sections(Manager);
    unsigned Count = Size == 32 ? Many : 4;
    for (unsigned I = 0; I != Count; ++I) {
      // No alignment means the usual one.
      Sections.take(SegmentKind::Code, Size, 0);
      Sections.take(I % 2 ? SegmentKind::RWData : SegmentKind::ROData, Size, 0);
    }
    CHECK(Sections.overwritten() == 0);
    CHECK_FALSE(Manager.finalizeMemory());
    CHECK(Memory->verify());
  }
}

TEST_CASE("Ten thousand sections of mixed sizes have their alignments") {
  auto Memory = anyArena();
  ReservingMemoryManager Manager(Memory);
  Ledger Sections(Manager);
  for (unsigned I = 0; I != Many; ++I) {
    Varied V(I);
    Sections.take(SegmentKind::Code, V.CodeSize, V.Align);
    Sections.take(V.Data, V.DataSize, V.Align);
  }
  CHECK(Sections.misaligned() == 0);
  CHECK(Sections.overwritten() == 0);
  CHECK_FALSE(Manager.finalizeMemory());
}

TEST_CASE("A reservation holds the sections it was made for, and a second one "
          "works like the first") {
  auto Memory = anyArena();
  ReservingMemoryManager Manager(Memory);
  Ledger Sections(Manager);
  size_t Before = 0;
  for (int Round = 0; Round != 2; ++Round) {
    Manager.reserveAllocationSpace(512, ReserveAlign(16), 256, ReserveAlign(16),
                                   256, ReserveAlign(16));
    size_t Reserved = Memory->stats().LiveBytes;
    CHECK(Reserved > Before);
    Sections.take(SegmentKind::Code, 256, 0);
    Sections.take(SegmentKind::ROData, 256, 0);
    Sections.take(SegmentKind::Code, 256, 0);
    Sections.take(SegmentKind::RWData, 256, 0);
    CHECK(Memory->stats().LiveBytes == Reserved);
    CHECK(Sections.overwritten() == 0);
    CHECK_FALSE(Manager.finalizeMemory());
    Before = Memory->stats().LiveBytes;
  }
  CHECK(Memory->stats().LiveObjects == 2);
  CHECK(Memory->stats().Windows == 1);
}

TEST_CASE("What a reservation leaves over is there for the next object") {
  auto Memory = anyArena();
  size_t Page = VirtualMemory::system().pageSize();
  ReservingMemoryManager Manager(Memory);
  for (int Round = 0; Round != 2; ++Round) {
    // Far more than is used.
    Manager.reserveAllocationSpace(4 * Page, ReserveAlign(16), 4 * Page,
                                   ReserveAlign(16), 4 * Page,
                                   ReserveAlign(16));
    Ledger Sections(Manager);
    Sections.take(SegmentKind::Code, 512, 16);
    Sections.take(SegmentKind::ROData, 256, 16);
    Sections.take(SegmentKind::RWData, 256, 16);
    CHECK_FALSE(Manager.finalizeMemory());
  }
  // Of either object a page of each kind.
  CHECK(Memory->stats().LiveBytes <= size_t(2) * 3 * Page);
}

TEST_CASE("Ten thousand sections of one reservation reach each other") {
  Layout L = anyLayout();
  auto Memory = arenaWith(L, /*Grow=*/false);
  ReservingMemoryManager Manager(Memory);
  Ledger Sections(Manager);
  size_t Code = 0, ROData = 0, RWData = 0;
  for (unsigned I = 0; I != Many; ++I) {
    Varied V(I);
    Code = llvm::alignTo(Code, V.Align) + V.CodeSize;
    size_t &Data = V.Data == SegmentKind::ROData ? ROData : RWData;
    Data = llvm::alignTo(Data, V.Align) + V.DataSize;
  }
  // The first section's alignment is all that hosts know of.
  Manager.reserveAllocationSpace(Code, ReserveAlign(8), ROData, ReserveAlign(8),
                                 RWData, ReserveAlign(8));
  for (unsigned I = 0; I != Many; ++I) {
    Varied V(I);
    Sections.take(SegmentKind::Code, V.CodeSize, V.Align);
    Sections.take(V.Data, V.DataSize, V.Align);
  }
  CHECK(Sections.misaligned() == 0);
  CHECK(Sections.overwritten() == 0);
  CHECK(Memory->stats().Windows == 1);
  // Dense writes elsewhere than it runs, and that is what is seen here.
  if (L != Layout::Dense)
    CHECK(Sections.span() < Memory->options().WindowSize);
  CHECK_FALSE(Manager.finalizeMemory());
}

namespace {

/// Notes the sections' names down in a list that outlives it.
class Noting : public ReservingMemoryManager {
public:
  Noting(std::shared_ptr<Arena> Memory, std::vector<std::string> &Names)
      : ReservingMemoryManager(std::move(Memory)), Names(Names) {}
  uint8_t *allocateDataSection(uintptr_t Size, unsigned Align, unsigned ID,
                               llvm::StringRef Name, bool ReadOnly) override {
    Names.push_back(Name.str());
    return ReservingMemoryManager::allocateDataSection(Size, Align, ID, Name,
                                                       ReadOnly);
  }

private:
  std::vector<std::string> &Names;
};

} // namespace

TEST_CASE("An ORC layer that loads all sections gets memory for debug info") {
  Layout L = anyLayout();
  for (bool AllSections : {false, true}) {
    auto Memory = arenaWith(L);
    std::vector<std::string> Names;
    auto JIT = valueOf(makeJIT(
        [&] { return std::make_unique<Noting>(Memory, Names); }, AllSections));
    REQUIRE_SUCCESS(addObject(*JIT, "debugged"));
    CHECK(valueOf(functionOf<int(int)>(*JIT, "jit_outer"))(1) == 7);
    bool HasDebugInfo =
        std::count(Names.begin(), Names.end(), ".debug_info") != 0;
    CHECK(HasDebugInfo == AllSections);
  }
}
