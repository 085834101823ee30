//===- MemoryUseTest.cpp - What untouched memory costs -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Layouts.h"
#include "Support/Process.h"
#include "jitslab/ArenaSnapshot.h"

using namespace jitslab;

namespace {

/// What /proc/self/smaps says of the windows of an arena and of what is mapped
/// a second time.
struct Smaps {
  /// Bytes of mappings that core files have.
  size_t Dumped = 0;
  /// Bytes of writable mappings that do not decline huge pages.
  size_t MayBeHuge = 0;

  explicit Smaps(const Arena &A) {
    const ArenaSnapshot S = A.snapshot();
    forEachSmapsLine([&](const Mapping &M, const std::string &Line) {
      bool IsOurs = M.Name.find("memfd:jitslab") != std::string::npos;
      for (const WindowSnapshot &W : S.Windows)
        IsOurs |= M.Range.Begin < W.End && W.Begin < M.Range.End;
      if (!IsOurs || Line.rfind("VmFlags:", 0) != 0)
        return;
      if (Line.find(" dd") == std::string::npos)
        Dumped += M.Range.size();
      if (M.Rights[1] == 'w' && Line.find(" nh") == std::string::npos)
        MayBeHuge += M.Range.size();
    });
  }
};

} // namespace

TEST_CASE("Core files have what is committed, and once") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator has no smaps");
    return;
  }
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  auto A = valueOf(Arena::create(O));
  auto DumpedPerCommitted = [&] {
    return double(Smaps(*A).Dumped) /
           double(std::max(A->stats().CommittedBytes, SlabSize));
  };
  CHECK(DumpedPerCommitted() <= 1.5);
  std::vector<Allocation> Objects;
  for (int I = 0; I != 100; ++I) {
    Objects.push_back(valueOf(A->allocate(footprint(50000, 50000, 50000))));
    REQUIRE_SUCCESS(sealOne(*A, Objects.back()));
  }
  CHECK(DumpedPerCommitted() >= 0.9);
  CHECK(DumpedPerCommitted() <= 1.5);
  Objects.resize(1);
  A->trim();
  CHECK(DumpedPerCommitted() <= 1.5);
}

TEST_CASE("Huge pages are declined where nobody asks for them") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator has no smaps");
    return;
  }
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  O.HugePages = GENERATE(false, true);
  auto A = valueOf(Arena::create(O));
  Allocation Object = valueOf(A->allocate(footprint(1000, 100, 100)));
  CHECK((Smaps(*A).MayBeHuge != 0) == O.HugePages);
}

TEST_CASE("A large object brings in little memory by itself") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator keeps notes of each page");
    return;
  }
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  auto A = valueOf(Arena::create(O));
  size_t Before = residentBytes();
  Allocation Object = valueOf(A->allocate(footprint(100, 0, size_t(1) << 30)));
  CHECK(residentBytes() <= Before + (size_t(4) << 20));
}
