//===- UnderEstimateTest.cpp - RuntimeDyld asks for more than it reserved -===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// Each under-estimate of docs/design.md with a real object file: everything
/// has to come from the same window, aligned, and without overlap.
///
//===----------------------------------------------------------------------===//

#include "Platform/VirtualMemory.h"
#include "Support/Layouts.h"
#include "TestLinker.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include <algorithm>

using namespace jitslab;
using RecordingManager = Recording<ReservingMemoryManager>;

namespace {

void checkSections(std::vector<SectionRecord> Sections) {
  std::sort(Sections.begin(), Sections.end(),
            [](const SectionRecord &L, const SectionRecord &R) {
              return L.Start < R.Start;
            });
  for (size_t I = 0; I != Sections.size(); ++I) {
    INFO(Sections[I].Name);
    CHECK(Sections[I].Start % std::max<size_t>(Sections[I].Align, 1) == 0);
    if (I)
      CHECK(Sections[I - 1].Start + Sections[I - 1].Size <= Sections[I].Start);
  }
  CHECK(Sections.back().Start + Sections.back().Size - Sections.front().Start <
        MaxWindowSize);
}

/// The symbols of \p Linker lie in the section of common symbols, aligned and
/// apart from each other.
template <typename Manager>
bool commonSymbolsFit(
    const TestLinker &Linker, const Manager &M,
    std::initializer_list<std::tuple<const char *, size_t, size_t>> Symbols) {
  for (const SectionRecord &S : M.Sections) {
    if (S.Name != "<common symbols>")
      continue;
    bool Fit = true;
    for (auto [Name, Size, Align] : Symbols) {
      uintptr_t Address = Linker.addressOf(Name);
      Fit &= Address % Align == 0 && Address >= S.Start &&
             Address + Size <= S.Start + S.Size;
    }
    return Fit;
  }
  return false;
}

constexpr std::initializer_list<std::tuple<const char *, size_t, size_t>>
    MixedCommons = {
        {"common_a", 16, 4}, {"common_b", 16, 16}, {"common_c", 64, 32}};

/// Places every section 4 bytes behind an aligned address, as a manager may
/// that was asked for an alignment of 4.
class Unlucky : public llvm::SectionMemoryManager {
public:
  uint8_t *allocateDataSection(uintptr_t Size, unsigned Align, unsigned ID,
                               llvm::StringRef Name, bool ReadOnly) override {
    return SectionMemoryManager::allocateDataSection(Size + 64, 64, ID, Name,
                                                     ReadOnly) +
           (Align <= 4 ? 4 : 0);
  }
};

} // namespace

// RuntimeDyld has no IFUNC stubs for other architectures.
#ifdef __x86_64__
TEST_CASE("Several IFUNCs need more code than was reserved") {
  auto Memory = anyArena();
  RecordingManager Manager(Memory);
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.loadAll({"ifunc"}));
  checkSections(Manager.Sections);
  bool HasStubs = std::any_of(Manager.Sections.begin(), Manager.Sections.end(),
                              [](const SectionRecord &S) {
                                return S.Name == ".text.__llvm_IFuncStubs";
                              });
  if (HasStubs)
    CHECK(Linker.function<int()>("sum_of_ifuncs")() == 321);
  else
    WARN("not run: this version of RuntimeDyld has no IFUNCs");
  CHECK(Memory->verify());
}
#endif

TEST_CASE("Code that does not fit its reservation comes from the same window") {
  const size_t Page = VirtualMemory::system().pageSize();
  // Without RuntimeDyld nobody says where sections run that are written
  // elsewhere.
  auto Memory = arenaWith(remappingLayout());
  RecordingManager Manager(Memory);
  Manager.reserveAllocationSpace(64, ReserveAlign(16), 64, ReserveAlign(16), 64,
                                 ReserveAlign(16));
  Manager.allocateCodeSection(64, 16, 1, ".text");
  Manager.allocateDataSection(64, 16, 2, ".rodata", true);
  Manager.allocateDataSection(64, 16, 3, ".data", false);
  Manager.allocateCodeSection(3 * Page, 16, 4, ".text.more");
  Manager.allocateDataSection(5 * Page, 16, 5, ".rodata.more", true);
  Manager.allocateDataSection(7 * Page, 16, 6, ".data.more", false);
  checkSections(Manager.Sections);
  CHECK(Memory->stats().LiveObjects == 1);
  CHECK_FALSE(Manager.finalizeMemory());
  CHECK(Memory->verify());
}

TEST_CASE("A larger alignment than was reserved is kept") {
  // Without RuntimeDyld nobody says where sections run that are written
  // elsewhere.
  auto Memory = arenaWith(remappingLayout());
  RecordingManager Manager(Memory);
  Manager.reserveAllocationSpace(64, ReserveAlign(1), 64, ReserveAlign(1), 64,
                                 ReserveAlign(1));
  unsigned ID = 0;
  for (unsigned Align : {4u, 64u, 512u, 4096u, 1u << 16, 1u << 21, 1u << 22}) {
    Manager.allocateCodeSection(24, Align, ++ID, ".text");
    Manager.allocateDataSection(24, Align, ++ID, ".rodata", true);
    Manager.allocateDataSection(24, Align, ++ID, ".data", false);
  }
  checkSections(Manager.Sections);
  CHECK_FALSE(Manager.finalizeMemory());
  CHECK(Memory->verify());
}

TEST_CASE("Sections aligned above the page size are linked and run") {
  auto Memory = anyArena();
  RecordingManager Manager(Memory);
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.loadAll({"aligned"}));
  checkSections(Manager.Sections);
  CHECK(Linker.addressOf("aligned_code") % 65536 == 0);
  CHECK(Linker.addressOf("aligned_constants") % 65536 == 0);
  CHECK(Linker.addressOf("aligned_data") % 131072 == 0);
  CHECK(Linker.function<int(int)>("aligned_code")(1) == 8);
}

TEST_CASE("Common symbols of mixed alignment never overrun their section") {
  auto Memory = anyArena();
  ReservingMemoryManager Host(Memory);
  // Others first, so that the section's place is not aligned by luck.
  for (int Round = 0; Round != 8; ++Round) {
    RecordingManager Manager(Memory);
    TestLinker Linker(Manager);
    REQUIRE_SUCCESS(Linker.loadAll({"common"}));
    checkSections(Manager.Sections);
    CHECK(commonSymbolsFit(Linker, Manager, MixedCommons));
  }
}

TEST_CASE("Control: a place that suits the alignment asked for is overrun") {
  Recording<Unlucky> Manager;
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.loadAll({"common"}));
  CHECK_FALSE(commonSymbolsFit(Linker, Manager, MixedCommons));
}

TEST_CASE("A common symbol behind one without a size does not overrun") {
  auto Memory = anyArena();
  for (int Round = 0; Round != 8; ++Round) {
    RecordingManager Manager(Memory);
    TestLinker Linker(Manager);
    REQUIRE_SUCCESS(Linker.loadAll({"zerofirst"}));
    CHECK(commonSymbolsFit(Linker, Manager, {{"zero_next", 16, 256}}));
  }
}

TEST_CASE("Sections without contents get addresses of their own segment") {
  auto Memory = anyArena();
  RecordingManager Manager(Memory);
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.loadAll({"empty"}));
  CHECK(Linker.addressOf("empty_text") != 0);
  CHECK(Linker.addressOf("empty_rodata") % 64 == 0);
  checkSections(Manager.Sections);
}

TEST_CASE("Sections of size 0 that a host asks for are distinct") {
  auto Memory = anyArena();
  RecordingManager Manager(Memory);
  Manager.reserveAllocationSpace(0, ReserveAlign(1), 0, ReserveAlign(1), 0,
                                 ReserveAlign(1));
  CHECK(Memory->stats().LiveBytes == 0);
  uint8_t *A = Manager.allocateDataSection(0, 0, 1, ".a", false);
  uint8_t *B = Manager.allocateDataSection(0, 0, 2, ".b", false);
  REQUIRE(A != nullptr);
  REQUIRE(B != nullptr);
  CHECK(A != B);
  CHECK_FALSE(Manager.finalizeMemory());
}

TEST_CASE("An alignment of 0 means 16, also for common symbols") {
  auto Memory = anyArena();
  RecordingManager Manager(Memory);
  Manager.reserveAllocationSpace(0, ReserveAlign(1), 0, ReserveAlign(1), 200,
                                 ReserveAlign(8));
  for (unsigned I = 0; I != 4; ++I) {
    Manager.allocateDataSection(1, 1, 2 * I, ".data", false);
    uint8_t *Common = Manager.allocateDataSection(11, 0, 2 * I + 1,
                                                  "<common symbols>", false);
    CHECK(reinterpret_cast<uintptr_t>(Common) % 16 == 0);
  }
  CHECK_FALSE(Manager.finalizeMemory());
}

TEST_CASE("A host that never reserves is served all the same") {
  const size_t Page = VirtualMemory::system().pageSize();
  // Without RuntimeDyld nobody says where sections run that are written
  // elsewhere.
  auto Memory = arenaWith(remappingLayout());
  RecordingManager Manager(Memory);
  for (unsigned I = 0; I != 20; ++I) {
    Manager.allocateCodeSection(100 + I, 16, 3 * I, ".text");
    Manager.allocateDataSection(Page + I, 16, 3 * I + 1, ".rodata", true);
    Manager.allocateDataSection(8, 8, 3 * I + 2, ".data", false);
  }
  checkSections(Manager.Sections);
  CHECK_FALSE(Manager.finalizeMemory());
  CHECK(Memory->verify());
}

TEST_CASE("What a batch of objects left over goes back when it is sealed") {
  auto Memory = anyArena();
  RecordingManager Manager(Memory);
  constexpr uintptr_t Surplus = 100000;
  for (unsigned I = 0; I != 4; ++I) {
    // Each reserves more than the one before it has left over.
    Manager.reserveAllocationSpace((I + 1) * Surplus, ReserveAlign(16), 0,
                                   ReserveAlign(1), 0, ReserveAlign(1));
    Manager.allocateCodeSection(100, 16, I, ".text");
  }
  CHECK_FALSE(Manager.finalizeMemory());
  CHECK(Memory->stats().LiveBytes <= 4 * VirtualMemory::system().pageSize());
}

TEST_CASE("A host that does not reserve grows like one that does") {
  // What the first section leaves is too little for the second one, but in a
  // window that has more room.
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  O.WindowSize = MinWindowSize;
  auto Memory = llvm::cantFail(Arena::create(O));
  size_t Filled = GENERATE(0, 1, 3, 5);
  INFO(Filled << " MiB of code before");
  Footprint F;
  F[SegmentKind::Code] = {Filled << 20, 16};
  Allocation Fill = llvm::cantFail(Memory->allocate(F));

  for (bool Reserves : {true, false}) {
    INFO((Reserves ? "reserves" : "does not reserve"));
    size_t Size = GENERATE(5, 7, 25);
    INFO(Size << " MiB of data");
    Size <<= 20;
    ReservingMemoryManager Manager(Memory);
    if (Reserves)
      Manager.reserveAllocationSpace(1024, ReserveAlign(16), 0, ReserveAlign(1),
                                     Size, ReserveAlign(16));
    Manager.allocateCodeSection(1024, 16, 1, ".text");
    Manager.allocateDataSection(Size, 16, 2, ".data", false);
    CHECK_FALSE(Manager.finalizeMemory());
    llvm::Error Err = Manager.takeError();
    INFO(toString(std::move(Err)));
    CHECK(Memory->verify());
  }
}

TEST_CASE("Small objects of a host that does not reserve share windows") {
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  O.WindowSize = MinWindowSize;
  auto Memory = llvm::cantFail(Arena::create(O));
  std::vector<std::unique_ptr<ReservingMemoryManager>> Managers;
  // Each takes three pages.
  const size_t Objects = 200 * 4096 / VirtualMemory::system().pageSize();
  for (size_t I = 0; I != Objects; ++I) {
    Managers.push_back(std::make_unique<ReservingMemoryManager>(Memory));
    ReservingMemoryManager &M = *Managers.back();
    M.allocateCodeSection(1000, 16, 1, ".text");
    M.allocateDataSection(1000, 16, 2, ".rodata", true);
    M.allocateDataSection(1000, 16, 3, ".data", false);
    CHECK_FALSE(M.finalizeMemory());
  }
  CHECK(Memory->stats().Windows <= 2);
}
