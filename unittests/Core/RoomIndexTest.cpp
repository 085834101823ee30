//===- RoomIndexTest.cpp - Which window may have room ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/RoomIndex.h"
#include "Support/Catch.h"
#include "Support/Random.h"
#include <algorithm>

using namespace jitslab;

/// What RoomIndex::next answers, by looking at every window.
static size_t nextOf(const std::vector<LaneBytes> &Windows, size_t From,
                     const LaneBytes &Needed) {
  for (size_t W = From; W < Windows.size(); ++W) {
    bool Refuses = false;
    for (Lane L : AllLanes)
      Refuses |= Needed[L] && Needed[L] >= Windows[W][L];
    if (!Refuses)
      return W;
  }
  return Windows.size();
}

TEST_CASE("The room index agrees with looking at every window") {
  const uint64_t Seed = testSeed(31);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  Random Rand(Seed);
  auto Some = [&] {
    LaneBytes Bytes;
    for (size_t &B : Bytes)
      B = Rand.percent(30) ? SIZE_MAX : 1 + Rand.below(8);
    return Bytes;
  };
  RoomIndex Index;
  std::vector<LaneBytes> Model;
  for (size_t Step = 0; Step != 20000; ++Step) {
    if (Rand.percent(1) && Rand.percent(10)) {
      Index.clear();
      Model.clear();
    } else if (!Model.empty() && Rand.percent(5)) {
      Index.removeLast();
      Model.pop_back();
    } else if (Model.empty() || Rand.percent(10)) {
      Model.push_back(Some());
      Index.add(Model.back());
    } else {
      size_t W = Rand.below(Model.size());
      Model[W] = Some();
      Index.set(W, Model[W]);
    }
    LaneBytes Needed;
    for (size_t &B : Needed)
      B = Rand.below(9);
    size_t From = Rand.below(Model.size() + 2);
    REQUIRE(Index.size() == Model.size());
    REQUIRE(Index.next(From, Needed) == std::max(nextOf(Model, From, Needed),
                                                 std::min(From, Model.size())));
    REQUIRE(Index.verify());
  }
}

TEST_CASE("An empty room index finds nothing") {
  RoomIndex Index;
  CHECK(Index.next(0, {{1, 1, 1, 1}}) == 0);
  CHECK(Index.verify());
}
