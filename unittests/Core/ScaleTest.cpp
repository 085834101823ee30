//===- ScaleTest.cpp - Very many objects and windows ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include "jitslab/ArenaSnapshot.h"

using namespace jitslab;

namespace {

#if defined(JITSLAB_TESTS_EMULATED)
constexpr size_t MostObjects = 50000, Cycles = 100000, FullWindows = 100;
#elif JITSLAB_HAS_SHADOW_MEMORY || !defined(NDEBUG)
constexpr size_t MostObjects = 100000, Cycles = 200000, FullWindows = 300;
#else
constexpr size_t MostObjects = 1000000, Cycles = 10000000, FullWindows = 3000;
#endif
constexpr size_t ReferenceObjects = 10000;

/// Code, constants and data of a tiny object, each less than a cache line.
const Footprint Tiny = footprint(FunctionSize, 32, 4);

/// A sealed object whose function returns \p Value.
llvm::Expected<Allocation> load(Arena &A, uint16_t Value) {
  llvm::Expected<Allocation> Object = A.allocate(Tiny);
  if (!Object)
    return Object;
  writeFunction((*Object)[SegmentKind::Code].Working, Value);
  (*Object)[SegmentKind::ROData].Working[0] = uint8_t(Value);
  (*Object)[SegmentKind::RWData].Working[0] = uint8_t(Value);
  if (llvm::Error Err = sealOne(A, *Object))
    return Err;
  return Object;
}

bool works(const Allocation &Object, uint16_t Value) {
  return callFunction(Object[SegmentKind::Code].Executor) == int(Value) &&
         *Object[SegmentKind::RWData].Working == uint8_t(Value);
}

std::shared_ptr<Arena> denseArena() { return arenaWith(Layout::Dense); }

size_t mappings() { return mappedAddressRanges().size(); }

} // namespace

TEST_CASE("A million live objects cost each what ten thousand do") {
  auto Memory = denseArena();
  std::vector<Allocation> Objects;
  Objects.reserve(MostObjects);
  // The vector's own pages are no part of the cost.
  memset(static_cast<void *>(Objects.data()), 0,
         MostObjects * sizeof(Allocation));
  const size_t Before = residentBytes();
  size_t Reference = 0, MappingsThen = 0;
  for (size_t I = 0; I != MostObjects; ++I) {
    Objects.push_back(valueOf(load(*Memory, uint16_t(I))));
    if (Objects.size() == ReferenceObjects) {
      Reference = residentBytes() - Before;
      MappingsThen = mappings();
    }
  }
  const double All = double(residentBytes() - Before);
  const size_t MappingsNow = mappings();
  WARN(MostObjects << " objects: " << All / MostObjects
                   << " resident bytes for each, "
                   << double(Reference) / ReferenceObjects << " at "
                   << ReferenceObjects << "; " << MappingsNow
                   << " mappings, then " << MappingsThen);
  // A sanitizer's shadow is resident too, and what an emulator translates.
  if (!JITSLAB_HAS_SHADOW_MEMORY && !runsUnderEmulator())
    CHECK(All / MostObjects <= 1.1 * double(Reference) / ReferenceObjects);
  // Lanes grow by runs of slabs, of which there are O(log slabs).
  CHECK(MappingsNow <= MappingsThen + 32);
  size_t Right = 0;
  for (size_t I = 0; I != MostObjects; ++I)
    Right += works(Objects[I], uint16_t(I));
  CHECK(Right == MostObjects);
  CHECK(Memory->stats().LiveObjects == MostObjects);
  CHECK(Memory->stats().Windows == 1);
  CHECK(Memory->verify());
  Objects.clear();
  CHECK(Memory->stats().LiveBytes == 0);
  CHECK(Memory->trim() > 0);
  CHECK(Memory->stats().CommittedBytes == 0);
}

TEST_CASE("Ten million load and free cycles leave memory as it was") {
  auto Memory = denseArena();
  constexpr size_t Live = 500;
  std::vector<Allocation> Objects;
  for (size_t I = 0; I != Live; ++I)
    Objects.push_back(valueOf(load(*Memory, uint16_t(I))));
  const ArenaStats Before = Memory->stats();
  const size_t MappingsBefore = mappings(), ResidentBefore = residentBytes();
  // The emulator does not see that code changed through another mapping.
  const bool CanCall = !runsUnderEmulator();
  size_t Wrong = 0;
  const size_t Turns = isBrief() ? Cycles / 10 : Cycles;
  for (size_t I = 0; I != Turns; ++I) {
    Allocation &Oldest = Objects[I % Live];
    Oldest.release();
    llvm::Expected<Allocation> New = load(*Memory, uint16_t(I));
    if (!New)
      FAIL(llvm::toString(New.takeError()));
    Oldest = std::move(*New);
    Wrong += CanCall && !works(Oldest, uint16_t(I));
  }
  const ArenaStats After = Memory->stats();
  WARN(Turns << " cycles: resident KiB " << ResidentBefore / 1024 << " and "
             << residentBytes() / 1024 << ", mappings " << MappingsBefore
             << " and " << mappings());
  CHECK(Wrong == 0);
  CHECK(After.CommittedBytes == Before.CommittedBytes);
  CHECK(After.LiveBytes == Before.LiveBytes);
  CHECK(mappings() <= MappingsBefore + 2);
  // What statm says may lag behind by some hundred KiB.
  if (!JITSLAB_HAS_SHADOW_MEMORY)
    CHECK(residentBytes() <= ResidentBefore + (1 << 20));
  CHECK(Memory->verify());
}

TEST_CASE("Behind any number of full windows the oldest with room is found") {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = GENERATE(Layout::PerObject, Layout::PerProtection);
  // Then memory is not brought in before it is touched, and this does not.
  O.HugePages = true;
  auto Memory = valueOf(Arena::create(O));
  Footprint Filler;
  Filler[SegmentKind::RWData] = {O.WindowSize - SlabSize, 16};
  std::vector<Allocation> Fillers;
  Fillers.push_back(valueOf(Memory->allocate(Filler)));
  while (Fillers.size() != FullWindows)
    Fillers.push_back(valueOf(Memory->allocate(Filler)));
  REQUIRE(Memory->stats().Windows == FullWindows);
  CHECK(Memory->verify());
  const ArenaSnapshot Shot = Memory->snapshot();
  const size_t Some = FullWindows / 2;
  Fillers[Some].release();
  Allocation Small = valueOf(Memory->allocate(footprint(0, 0, 100)));
  uintptr_t Address = Small[SegmentKind::RWData].Executor;
  CHECK(Address >= Shot.Windows[Some].Begin);
  CHECK(Address < Shot.Windows[Some].End);
  CHECK(Memory->verify());
}

/// Grows an arena until it has an error, gives some back, and goes on.
/// \returns what went wrong.
static std::string growToTheLimit(Layout L, size_t Room) {
  ArenaOptions O;
  O.ObjectLayout = L;
  O.WindowSize = size_t(64) << 20;
  auto Memory = Arena::create(O);
  if (!Memory)
    return llvm::toString(Memory.takeError());
  if (!limitAddressSpace(Room))
    return "not limited";
  Footprint Half;
  // Code that is not sealed would be filled with traps when it is freed.
  Half[SegmentKind::RWData] = {size_t(20) << 20, 16};
  std::vector<Allocation> Objects;
  std::string Message;
  while (Message.empty() && Objects.size() != 1000) {
    auto Object = (*Memory)->allocate(Half);
    if (Object)
      Objects.push_back(std::move(*Object));
    else
      Message = llvm::toString(Object.takeError());
  }
  std::string Problems;
  auto Check = [&](bool Ok, const char *What) {
    if (!Ok)
      Problems += std::string(What) + "; ";
  };
  Check(mentions(Message, {"cannot reserve", "RLIMIT_AS"}), "message");
  size_t Windows = (*Memory)->stats().Windows;
  Check(Windows >= 4, "too few windows");
  Check((*Memory)->verify(), "verify at the limit");
  // Two objects of the first window: another one has room then.
  Objects.erase(Objects.begin(), Objects.begin() + 2);
  auto Again = (*Memory)->allocate(Half);
  Check(bool(Again), "no room after two were freed");
  if (Again)
    Objects.push_back(std::move(*Again));
  else
    llvm::consumeError(Again.takeError());
  Objects.clear();
  (*Memory)->trim();
  Check((*Memory)->stats().Windows == 1, "windows are left over");
  Check((*Memory)->stats().CommittedBytes == 0, "memory is left over");
  if (!Problems.empty())
    Problems += std::to_string(Windows) + " windows, " + Message;
  return Problems;
}

TEST_CASE("An arena grows to the limit of address space and goes on after") {
  Layout L = anyLayout();
  if (runsUnderEmulator() || JITSLAB_HAS_SHADOW_MEMORY) {
    WARN("NOT RUN: address space cannot be limited here");
    return;
  }
  CHECK(inChild([&] { return growToTheLimit(L, size_t(600) << 20); }) == "");
}

TEST_CASE("Trim releases empty windows without calls for their slabs") {
  TestMemory System;
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  auto Memory = valueOf(ArenaAccess::create(O, System));
  Footprint Filler;
  Filler[SegmentKind::RWData] = {O.WindowSize - SlabSize, 16};
  std::vector<Allocation> Fillers;
  for (int I = 0; I != 10; ++I)
    Fillers.push_back(valueOf(Memory->allocate(Filler)));
  REQUIRE(Memory->stats().Windows == 10);
  const size_t Committed = Memory->stats().CommittedBytes;
  Fillers.clear();
  const size_t Discards = System.Calls.Discard;
  CHECK(Memory->trim() == Committed);
  // Those of the window that stays.
  CHECK(System.Calls.Discard - Discards <= O.WindowSize / SlabSize);
  CHECK(Memory->stats().Windows == 1);
  CHECK(Memory->stats().CommittedBytes == 0);
  CHECK(Memory->verify());
}
