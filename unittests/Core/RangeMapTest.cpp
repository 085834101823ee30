//===- RangeMapTest.cpp - Tests of RangeMap -------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/RangeMap.h"
#include "Support/Catch.h"
#include <vector>

using namespace jitslab;

static std::vector<AddressRange> rangesOf(const RangeMap &M) {
  std::vector<AddressRange> Result;
  M.forEach([&](AddressRange R) { Result.push_back(R); });
  std::sort(Result.begin(), Result.end(),
            [](AddressRange L, AddressRange R) { return L.Begin < R.Begin; });
  return Result;
}

/// What most tests use: granules of 256 bytes.
static RangeMap mapFromZero() { return RangeMap(0, 0x100); }

static bool equal(AddressRange A, AddressRange B) {
  return A.Begin == B.Begin && A.End == B.End;
}

TEST_CASE("Neighbouring free ranges become one") {
  RangeMap M = mapFromZero();
  M.give({0x1000, 0x2000});
  M.give({0x3000, 0x4000});
  CHECK(M.count() == 2);
  AddressRange Whole = M.give({0x2000, 0x3000});
  CHECK(Whole.Begin == 0x1000);
  CHECK(Whole.End == 0x4000);
  CHECK(M.count() == 1);
  CHECK(M.bytes() == 0x3000);
  CHECK(M.largest() == 0x3000);
  CHECK(M.verify());
}

TEST_CASE("A new range map holds nothing") {
  RangeMap M = mapFromZero();
  CHECK(M.empty());
  CHECK(M.bytes() == 0);
  CHECK(M.largest() == 0);
  CHECK(!M.take(0x100, 1));
  CHECK(M.takeWithin({0, UINTPTR_MAX}).empty());
  CHECK(M.verify());
}

TEST_CASE("The smallest range that is large enough is taken") {
  RangeMap M = mapFromZero();
  M.give({0x1000, 0x9000});
  M.give({0xA000, 0xC000});
  M.give({0xD000, 0xE000});
  CHECK(M.take(0x1800, 1) == std::optional<uintptr_t>(0xA000));
  CHECK(M.largest() == 0x8000);
  CHECK(M.bytes() == 0x8000 + 0x800 + 0x1000);
  CHECK(M.verify());
}

TEST_CASE("Of equally large ranges the one that was freed last is taken") {
  RangeMap M = mapFromZero();
  M.give({0x9000, 0xA000});
  M.give({0x1000, 0x2000});
  M.give({0x5000, 0x6000});
  CHECK(M.take(0x1000, 1) == std::optional<uintptr_t>(0x5000));
  CHECK(M.take(0x1000, 1) == std::optional<uintptr_t>(0x1000));
  CHECK(M.take(0x1000, 1) == std::optional<uintptr_t>(0x9000));
  CHECK(M.empty());
}

TEST_CASE("A range is extended in place where the next bytes begin a range") {
  RangeMap M = mapFromZero();
  M.give({0x1000, 0x3000});
  CHECK(!M.takeFront({0x1100, 0x1200}));
  CHECK(!M.takeFront({0x1000, 0x3100}));
  CHECK(!M.takeFront({0x4000, 0x4100}));
  CHECK(M.takeFront({0x1000, 0x1100}));
  CHECK(M.takeFront({0x1100, 0x1800}));
  CHECK(M.bytes() == 0x1800);
  CHECK(M.takeFront({0x1800, 0x3000}));
  CHECK(M.empty());
  CHECK(M.verify());
}

TEST_CASE("A range that spans slabs is found in each of them") {
  RangeMap M(0, 64);
  M.give({SlabSize / 2, 4 * SlabSize});
  auto Pieces = M.takeWithin({2 * SlabSize, 3 * SlabSize});
  REQUIRE(Pieces.size() == 1);
  CHECK(equal(Pieces[0], {2 * SlabSize, 3 * SlabSize}));
  CHECK(M.verify());
  // What remains on both sides is found too, though one of them is new.
  CHECK(M.takeWithin({SlabSize, 2 * SlabSize}).size() == 1);
  CHECK(M.takeWithin({3 * SlabSize, 4 * SlabSize}).size() == 1);
  CHECK(M.bytes() == SlabSize / 2);
  // Two that become one.
  M.give({SlabSize, 2 * SlabSize});
  M.give({3 * SlabSize, 4 * SlabSize});
  M.give({2 * SlabSize, 3 * SlabSize});
  CHECK(M.count() == 1);
  CHECK(M.verify());
  CHECK(M.takeWithin({3 * SlabSize, 4 * SlabSize}).size() == 1);
  CHECK(M.verify());
}

TEST_CASE("Alignment above a page skips ranges that are too short for it") {
  RangeMap M = mapFromZero();
  // Large enough for the size, not for the size at that alignment.
  M.give({0x11000, 0x15000});
  M.give({0x21000, 0x38000});
  std::optional<uintptr_t> Taken = M.take(0x4000, 0x10000);
  CHECK(Taken == std::optional<uintptr_t>(0x30000));
  // What lies before and after stays free.
  std::vector<AddressRange> Left = rangesOf(M);
  REQUIRE(Left.size() == 3);
  CHECK(equal(Left[1], {0x21000, 0x30000}));
  CHECK(equal(Left[2], {0x34000, 0x38000}));
  CHECK(M.verify());
}

TEST_CASE("Alignment at the end of the address space does not wrap around") {
  RangeMap M(UINTPTR_MAX - 0x1FFFFF, 0x100);
  M.give({UINTPTR_MAX - 0x1FFF, UINTPTR_MAX - 0xFFF});
  CHECK(!M.take(0x100, size_t(1) << 32));
  CHECK(!M.take(0x2000, 1));
  CHECK(M.bytes() == 0x1000);
  CHECK(M.verify());
}

TEST_CASE("Taking within a range cuts what reaches over its borders") {
  RangeMap M = mapFromZero();
  M.give({0x1000, 0x3000});
  M.give({0x4000, 0x5000});
  M.give({0x6000, 0x8000});
  auto Pieces = M.takeWithin({0x2000, 0x7000});
  REQUIRE(Pieces.size() == 3);
  CHECK(equal(Pieces[0], {0x2000, 0x3000}));
  CHECK(equal(Pieces[1], {0x4000, 0x5000}));
  CHECK(equal(Pieces[2], {0x6000, 0x7000}));
  std::vector<AddressRange> Left = rangesOf(M);
  REQUIRE(Left.size() == 2);
  CHECK(equal(Left[0], {0x1000, 0x2000}));
  CHECK(equal(Left[1], {0x7000, 0x8000}));
  CHECK(M.takeWithin({0x2000, 0x7000}).empty());
  CHECK(M.verify());
}

TEST_CASE("Taking within a free range splits it in two") {
  RangeMap M = mapFromZero();
  M.give({0x1000, 0x9000});
  auto Pieces = M.takeWithin({0x4000, 0x5000});
  REQUIRE(Pieces.size() == 1);
  CHECK(equal(Pieces[0], {0x4000, 0x5000}));
  CHECK(M.count() == 2);
  CHECK(M.bytes() == 0x7000);
  CHECK(M.verify());
}
