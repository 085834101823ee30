//===- CommonSymbolsTest.cpp - Large common symbols -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Layouts.h"
#include "Support/Process.h"
#include "Support/Units.h"
#include "TestLinker.h"
#include <cstring>

using namespace jitslab;

namespace {

/// What RuntimeDyld asks for, of an object with one common symbol.
uint8_t *allocateCommon(ReservingMemoryManager &M, size_t Size) {
  if (M.needsToReserveAllocationSpace())
    M.reserveAllocationSpace(64, ReserveAlign(16), 0, ReserveAlign(1), Size,
                             ReserveAlign(32));
  uint8_t *Section =
      M.allocateDataSection(Size, 32, 1, "<common symbols>", false);
  M.allocateCodeSection(64, 16, 2, ".text");
  return Section;
}

} // namespace

TEST_CASE("Common symbols of a GiB are loaded") {
  auto Memory = anyArena();
  ReservingMemoryManager Manager(Memory);
  allocateCommon(Manager, 1024 * MiB);
  CHECK(Memory->stats().CommittedBytes <= 1024 * MiB + 4 * SlabSize);
  REQUIRE_SUCCESS(Manager.takeError());
}

TEST_CASE("Large common symbols take their size once") {
  const Layout L = anyLayout();
  for (size_t Size : {16 * MiB, 48 * MiB}) {
    auto Memory = arenaWith(L);
    ReservingMemoryManager Manager(Memory);
    size_t Before = residentBytes();
    uint8_t *Section = allocateCommon(Manager, Size);
    memset(Section, 0, Size);
    size_t Resident = residentBytes() - Before;
    // Sanitizers note what is written in memory of their own, and an emulator
    // with pages of its own is told of the machine's.
    if (!JITSLAB_HAS_SHADOW_MEMORY && !runsUnderEmulator())
      CHECK(Resident < Size + 4 * MiB);
    CHECK(Memory->stats().CommittedBytes <= Size + 4 * SlabSize);
  }
}

TEST_CASE("A common symbol that wants a larger alignment than anybody guesses "
          "is an error where it does not have it") {
  auto Memory = anyArena();
  std::vector<std::unique_ptr<Recording<ReservingMemoryManager>>> Managers;
  size_t Refused = 0;
  for (int Round = 0; Round != 6; ++Round) {
    Managers.push_back(
        std::make_unique<Recording<ReservingMemoryManager>>(Memory));
    TestLinker Linker(*Managers.back());
    std::string Message = llvm::toString(Linker.loadAll({"commonaligned"}));
    if (Message.empty()) {
      CHECK(Linker.addressOf("aligned_second") % (4 * MiB) == 0);
      continue;
    }
    ++Refused;
    CHECK(Message.find("-fno-common") != std::string::npos);
    llvm::consumeError(Managers.back()->takeError());
  }
  CHECK(Refused > 0);
}
