//===- EmptySlabsTest.cpp - What is freed serves other lanes --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"

using namespace jitslab;

static std::shared_ptr<Arena> smallArena(bool Grow) {
  ArenaOptions O = smallOptions(Grow);
  O.ObjectLayout = anyLayout();
  return valueOf(Arena::create(O));
}

/// Allocates data until the arena's only window is full of it.
static std::vector<Allocation> fillWithData(Arena &A) {
  std::vector<Allocation> Objects;
  while (A.stats().CommittedBytes < MinWindowSize - SlabSize)
    Objects.push_back(valueOf(A.allocate(footprint(0, 0, 8000))));
  return Objects;
}

TEST_CASE("Slabs that one lane has emptied serve another one") {
  auto A = smallArena(/*Grow=*/false);
  std::vector<Allocation> Data = fillWithData(*A);
  SECTION("where all of it is freed") {
    Data.clear();
    (void)valueOf(A->allocate(footprint(MinWindowSize - SlabSize, 0, 0)));
  }
  SECTION("also where something lives on") {
    Data.resize(1);
    (void)valueOf(A->allocate(footprint(SlabSize, 0, 0)));
    (void)valueOf(A->allocate(footprint(100, 0, 0)));
  }
  CHECK(A->verify());
}

TEST_CASE("A larger object follows a smaller one that is freed") {
  auto A = smallArena(/*Grow=*/false);
  for (size_t MiB : {3, 4, 5, 6})
    (void)valueOf(A->allocate(footprint(MiB << 20, 0, 0)));
  CHECK(A->verify());
}

TEST_CASE("An arena grows for what lives, not for what was freed") {
  auto A = smallArena(/*Grow=*/true);
  for (int Round = 0; Round != 10; ++Round) {
    std::vector<Allocation> Data = fillWithData(*A);
    Data.clear();
    Allocation Code = valueOf(A->allocate(footprint(2 * SlabSize, 0, 0)));
    CHECK(A->stats().Windows == 1);
  }
  CHECK(A->verify());
}

TEST_CASE("A sibling gets what its window's other lanes have emptied") {
  auto A = smallArena(/*Grow=*/true);
  Allocation Object = valueOf(A->allocate(footprint(100, 0, 0)));
  fillWithData(*A).clear();
  (void)valueOf(A->allocate(footprint(2 * SlabSize, 0, 0), &Object));
  CHECK(A->stats().Windows == 1);
  CHECK(A->verify());
}

TEST_CASE("What another arena owns, or nobody, is refused and left alone") {
  auto A = smallArena(/*Grow=*/true), B = smallArena(/*Grow=*/true);
  Allocation Empty, Others = valueOf(B->allocate(footprint(100, 100, 100)));
  for (Allocation *Wrong : {&Empty, &Others}) {
    std::string Message;
    CHECK(codeOf(A->allocate(footprint(100, 0, 0), Wrong), Message) ==
          std::errc::invalid_argument);
    CHECK(mentions(Message, {"sibling"}));
    CHECK(llvm::errorToErrorCode(sealOne(*A, *Wrong)) ==
          std::errc::invalid_argument);
  }
  CHECK(A->stats().LiveBytes == 0);
  REQUIRE_SUCCESS(sealOne(*B, Others));
}

TEST_CASE("A segment does not shrink to more than it is") {
  auto A = smallArena(/*Grow=*/true);
  Allocation Object = valueOf(A->allocate(footprint(100000, 0, 0)));
  size_t Before = A->stats().LiveBytes, Size = Object[SegmentKind::Code].Size;
  Object.shrink(SegmentKind::Code, 2 * Size);
  CHECK(Object[SegmentKind::Code].Size == Size);
  CHECK(A->stats().LiveBytes == Before);
  CHECK(A->verify());
}
