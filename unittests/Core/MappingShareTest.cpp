//===- MappingShareTest.cpp - Objects when mappings run short -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include <sys/mman.h>

using namespace jitslab;

namespace {

#if defined(JITSLAB_TESTS_EMULATED)
constexpr bool IsSlow = true;
#else
constexpr bool IsSlow = JITSLAB_HAS_SHADOW_MEMORY;
#endif

/// The small object of the project's measurements.
const Footprint Small = footprint(23, 80, 4);

llvm::Expected<Allocation> load(Arena &A, uint16_t Value) {
  llvm::Expected<Allocation> Object = A.allocate(Small);
  if (!Object)
    return Object;
  writeFunction((*Object)[SegmentKind::Code].Working, Value);
  if (llvm::Error Err = sealOne(A, *Object))
    return Err;
  return Object;
}

/// Loads \p N objects of code and read-only data, some at a time, and calls
/// each. \returns what happened.
std::string loadMany(Arena &A, size_t N) {
  constexpr size_t Together = 16;
  std::vector<Allocation> Live;
  Live.reserve(N);
  while (Live.size() < N) {
    std::vector<Allocation *> Unsealed;
    for (size_t I = 0; I != Together; ++I) {
      auto Object = A.allocate(footprint(23, 80, 0));
      if (!Object)
        return "refused: " + llvm::toString(Object.takeError());
      writeFunction((*Object)[SegmentKind::Code].Working,
                    uint16_t(Live.size()));
      Live.push_back(std::move(*Object));
      Unsealed.push_back(&Live.back());
    }
    if (llvm::Error Err = A.seal(Unsealed))
      return "refused at " + std::to_string(Live.size()) + ": " +
             llvm::toString(std::move(Err));
  }
  for (size_t I = 0; I != Live.size(); ++I)
    if (callFunction(Live[I][SegmentKind::Code].Executor) != uint16_t(I))
      return "wrong code";
  // The host goes on: its heap gets a mapping.
  void *Mapped =
      mmap(nullptr, SlabSize, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return Mapped == MAP_FAILED ? "no mapping for the host" : "all loaded";
}

size_t mappingLimit() { return VirtualMemory::system().mostMappings(); }

} // namespace

TEST_CASE("Objects go into lanes when a share of the mappings is used up") {
  WindowMemory Memory;
  // A quarter of them, two for each object.
  Memory.MostMappings = 160;
  auto A = valueOf(ArenaAccess::create({}, Memory));
  const AddressRange Window = Memory.Windows.front();
  const size_t Before = runsUnderEmulator() ? 0 : mappingsIn(Window);
  constexpr size_t Blocks = 20, Objects = 500;
  std::vector<Allocation> Live;
  for (size_t I = 0; I != Objects; ++I) {
    CHECK(A->stats().LanedObjects == (I > Blocks ? I - Blocks : 0));
    Live.push_back(valueOf(load(*A, uint16_t(I))));
  }
  CHECK(A->stats().LiveObjects == Objects);
  // Those of the blocks and of the lanes, all in the same window.
  CHECK(Memory.Windows.size() == 1);
  if (!runsUnderEmulator())
    CHECK(mappingsIn(Window) <= Before + 2 * Blocks + 10);
  for (size_t I = 0; I != Objects; ++I)
    CHECK(callFunction(Live[I][SegmentKind::Code].Executor) == int(I));
  CHECK(A->verify());

  SECTION("and have blocks again when others are freed") {
    Live.erase(Live.begin(), Live.begin() + 5);
    const size_t Laned = A->stats().LanedObjects;
    for (size_t I = 0; I != 5; ++I)
      Live.push_back(valueOf(load(*A, 7)));
    CHECK(A->stats().LanedObjects == Laned);
    Live.push_back(valueOf(load(*A, 7)));
    CHECK(A->stats().LanedObjects == Laned + 1);
  }
  SECTION("and what they had is used again") {
    const size_t Committed = A->stats().CommittedBytes;
    for (size_t I = 0; I != 2000; ++I) {
      Live[I % Objects].release();
      Live[I % Objects] = valueOf(load(*A, 9));
    }
    CHECK(A->stats().CommittedBytes == Committed);
  }
  Live.clear();
  CHECK(A->stats().LanedObjects == 0);
  CHECK(A->stats().LiveBytes == 0);
  CHECK(A->verify());
  A->trim();
  CHECK(A->stats().CommittedBytes == 0);
}

TEST_CASE("Arenas share what mappings there are for blocks") {
  WindowMemory Memory;
  Memory.MostMappings = 160;
  auto One = valueOf(ArenaAccess::create({}, Memory));
  auto Other = valueOf(ArenaAccess::create({}, Memory));
  std::vector<Allocation> Live;
  for (size_t I = 0; I != 20; ++I)
    Live.push_back(valueOf(load(*One, 1)));
  Allocation Object = valueOf(load(*Other, 2));
  CHECK(One->stats().LanedObjects == 0);
  CHECK(Other->stats().LanedObjects == 1);
  // Moving objects about counts nothing twice.
  Allocation Moved = std::move(Object);
  Object = std::move(Moved);
  std::swap(Live.front(), Live.back());
  Live.clear();
  Allocation Next = valueOf(load(*Other, 3));
  CHECK(Other->stats().LanedObjects == 1);
}

TEST_CASE("An object that no lane has room for gets a block") {
  WindowMemory Memory;
  Memory.MostMappings = 8;
  ArenaOptions O = smallOptions(/*Grow=*/false);
  auto A = valueOf(ArenaAccess::create(O, Memory));
  Allocation First = valueOf(load(*A, 1));
  // All slabs but that of the blocks.
  Allocation InLanes = valueOf(A->allocate(footprint(0, 0, 3 * SlabSize)));
  CHECK(A->stats().LanedObjects == 1);
  Allocation Block = valueOf(load(*A, 2));
  CHECK(A->stats().LanedObjects == 1);
  CHECK(callFunction(Block[SegmentKind::Code].Executor) == 2);
  CHECK(A->verify());
}

TEST_CASE("Objects in lanes lie within reach of those in blocks") {
  WindowMemory Memory;
  Memory.MostMappings = 16;
  auto A = valueOf(ArenaAccess::create({}, Memory));
  std::vector<Allocation> Live;
  for (size_t I = 0; I != 10; ++I) {
    Live.push_back(valueOf(load(*A, 1)));
    Live.push_back(valueOf(A->allocate(footprint(100, 0, 100), &Live[0])));
  }
  CHECK(A->stats().LanedObjects != 0);
  for (const Allocation &Object : Live)
    CHECK(Memory.windowOf(Object[SegmentKind::Code].Executor, 1) == 0);
}

TEST_CASE("A hundred thousand objects load in every layout") {
  if (IsSlow || mappingLimit() > 190000) {
    WARN("NOT RUN: the emulator or the sanitizer has limits of its own, or "
         "vm.max_map_count is too large to be reached");
    return;
  }
  Layout L = anyLayout();
  // More than there are blocks for with the usual limit.
  const size_t Objects = isBrief() ? 40000 : 100000;
  std::string Message = inChild(
      [&]() -> std::string { return loadMany(*arenaWith(L), Objects); });
  CHECK(Message == "all loaded");
}

TEST_CASE("Control: blocks alone use up all mappings") {
  if (IsSlow || mappingLimit() > 190000) {
    WARN("NOT RUN: the emulator or the sanitizer has limits of its own, or "
         "vm.max_map_count is too large to be reached");
    return;
  }
  std::string Message = inChild([&]() -> std::string {
    TestMemory Memory;
    Memory.MostMappings = SIZE_MAX;
    return loadMany(*valueOf(ArenaAccess::create({}, Memory)), 100000);
  });
  INFO(Message);
  CHECK(mentions(Message, {"refused", "vm.max_map_count"}));
}
