//===- RangeMapModelTest.cpp - RangeMap against a naive one ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model/RangeMapModel.h"
#include "Model/ModelTest.h"

using namespace jitslab;

// The tags of a map lie in tables for a slab each, so that a granule of its own
// for each case says how many tables the ranges span.
static void runRangeMapModel(uintptr_t Base, size_t Granule, size_t Units,
                             uint64_t Seed) {
  auto [Count, Done] = runModel(Seed, 50000, [&](OperationSource &Source) {
    return std::make_unique<RangeMapModel>(Base, Granule, Units, Source);
  });
  if (Done >= 10000) {
    CHECK(Count.Taken >= Done / 20);
    CHECK(Count.Refused >= Done / 200);
    CHECK(Count.TakenFront >= Done / 4000);
    CHECK(Count.TakenWithin >= Done / 50);
  }
}

TEST_CASE("A range map of small granules does what a naive map does") {
  // Not a multiple of the larger alignments.
  runRangeMapModel(0x100000 + 3 * 64, 64, 512, 20240717);
}

TEST_CASE("A range map from address 0 does what a naive map does") {
  runRangeMapModel(0, 4096, 700, 20240718);
}

TEST_CASE("A range map of many slabs does what a naive map does") {
  // Eight granules a slab.
  runRangeMapModel(7 * SlabSize, SlabSize / 8, 400, 20240719);
}

TEST_CASE("A range map of whole slabs does what a naive map does") {
  runRangeMapModel(3 * SlabSize, SlabSize, 300, 20240720);
}
