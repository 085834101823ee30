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
#include "Support/TestMemory.h"
#include "jitslab/ArenaSnapshot.h"
#include <cstring>
#include <fstream>

using namespace jitslab;

namespace {

/// What /proc/self/smaps says of the mappings that are called so or lie in one
/// of \p Ranges.
struct Smaps {
  /// Bytes of mappings that core files have.
  size_t Dumped = 0;
  /// Bytes of writable mappings that do not decline huge pages.
  size_t MayBeHuge = 0;

  explicit Smaps(const std::vector<AddressRange> &Ranges) {
    std::ifstream File("/proc/self/smaps");
    bool Inside = false;
    size_t Size = 0;
    std::string Rights;
    for (std::string Line; std::getline(File, Line);) {
      unsigned long Begin = 0, End = 0;
      char Access[5] = {};
      if (sscanf(Line.c_str(), "%lx-%lx %4s ", &Begin, &End, Access) == 3) {
        Inside = Line.find("memfd:jitslab") != std::string::npos;
        for (AddressRange R : Ranges)
          Inside |= Begin < R.End && R.Begin < End;
        Size = End - Begin;
        Rights = Access;
      } else if (Inside && Line.rfind("VmFlags:", 0) == 0) {
        if (Line.find(" dd") == std::string::npos)
          Dumped += Size;
        if (Rights[1] == 'w' && Line.find(" nh") == std::string::npos)
          MayBeHuge += Size;
      }
    }
  }
};

std::vector<AddressRange> windowsOf(const Arena &A) {
  std::vector<AddressRange> Result;
  for (const WindowSnapshot &W : A.snapshot().Windows)
    Result.push_back({W.Begin, W.End});
  return Result;
}

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
    return double(Smaps(windowsOf(*A)).Dumped) /
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
  CHECK((Smaps(windowsOf(*A)).MayBeHuge != 0) == O.HugePages);
}

TEST_CASE("A large object brings in little memory by itself") {
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  TestMemory Memory;
  auto A = valueOf(ArenaAccess::create(O, Memory));
  size_t Before = residentBytes();
  Allocation Object = valueOf(A->allocate(footprint(100, 0, size_t(1) << 30)));
  CHECK(residentBytes() <= Before + (size_t(4) << 20));
}
