//===- SlabTableTest.cpp - Tests of SlabTable -----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/SlabTable.h"
#include "Support/Catch.h"
#include "Support/Random.h"
#include <cmath>
#include <vector>

using namespace jitslab;

using Index = std::optional<size_t>;

/// Places where a slab's neighbour belongs to another lane: the kernel needs a
/// mapping more for each.
static size_t borders(const SlabTable &T) {
  size_t Count = 0;
  for (size_t I = 1; I < T.size(); ++I)
    Count += T[I].Owner != T[I - 1].Owner;
  return Count;
}

TEST_CASE("Code grows from the first slab, all data from the last") {
  SlabTable T(64);
  CHECK(T.take(Lane::Code, 1) == Index(0));
  CHECK(T.take(Lane::RWData, 1) == Index(63));
  CHECK(T.take(Lane::ROData, 1) == Index(62));
  CHECK(T.take(Lane::Mixed, 1) == Index(1));
  CHECK(T.verify());
}

static constexpr LaneOrigins Apart = {/*CodeAtEnd=*/false, /*ROApart=*/true};

TEST_CASE("Read-only data may grow from an origin of its own") {
  SlabTable T(64, 0, Apart);
  CHECK(T.take(Lane::Code, 1) == Index(0));
  CHECK(T.take(Lane::ROData, 1) == Index(47));
  CHECK(T.take(Lane::RWData, 1) == Index(63));
  CHECK(T.take(Lane::Mixed, 1) == Index(1));
  CHECK(T.untaken() == 60);
  CHECK(T[0].Owner == Lane::Code);
  CHECK(T[1].Owner == Lane::Mixed);
  CHECK(T[47].Owner == Lane::ROData);
  CHECK(T[63].Owner == Lane::RWData);
  CHECK(T[2].Owner == Lane::Untaken);
  CHECK(T.verify());
}

TEST_CASE("Where code is to lie at the end it grows from the last slab") {
  SlabTable T(64, 0, {/*CodeAtEnd=*/true, /*ROApart=*/true});
  CHECK(T.take(Lane::Code, 1) == Index(63));
  CHECK(T.take(Lane::ROData, 1) == Index(16));
  CHECK(T.take(Lane::RWData, 1) == Index(0));
  CHECK(T.take(Lane::Mixed, 1) == Index(62));
  CHECK(T.verify());
}

// What the kernel cannot join costs a mapping as a border does.
TEST_CASE("Slabs are taken next to those that a lane has") {
  SlabTable T(460, 0, Apart);
  size_t Apart = 0;
  for (size_t I = 0; I != 153; ++I)
    for (Lane L : {Lane::Code, Lane::ROData, Lane::RWData}) {
      std::optional<size_t> At = T.take(L, 1);
      REQUIRE(At);
      Apart += !(*At && T[*At - 1].Owner == L) &&
               !(*At + 1 != T.size() && T[*At + 1].Owner == L);
    }
  CHECK(Apart <= 8);
  CHECK(borders(T) <= 8);
}

TEST_CASE("Each run that a lane earmarks is four times as long as the last") {
  // Two lanes that grow from the same end, in turns: each takes from its run
  // until that is used up.
  SlabTable T(256);
  for (size_t I = 0; I != 21; ++I) {
    REQUIRE(T.take(Lane::Mixed, 1));
    REQUIRE(T.take(Lane::Code, 1));
  }
  std::vector<size_t> Runs;
  for (size_t I = 0; I != 42; ++I)
    if (I && T[I].Owner == T[I - 1].Owner)
      ++Runs.back();
    else
      Runs.push_back(1);
  CHECK(Runs == std::vector<size_t>{1, 1, 4, 4, 16, 16});
}

TEST_CASE("Borders between lanes grow with the logarithm of the slabs") {
  const uint64_t Seed = testSeed(7);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  Random Rand(Seed);
  for (size_t Slabs : {16, 64, 256, 1024}) {
    INFO(Slabs << " slabs");
    SlabTable T(Slabs);
    size_t Most = 0;
    while (T.untaken()) {
      Lane L = AllLanes[Rand.below(NumLanes)];
      REQUIRE(T.take(L, 1));
      Most = std::max(Most, borders(T));
    }
    // A run of each of the four lanes for each doubling, and its two ends.
    CHECK(Most <= 2 * NumLanes * size_t(std::log2(Slabs)));
    CHECK(T.verify());
  }
}

TEST_CASE("No lane is starved by what is earmarked for others") {
  for (Lane Hungry : AllLanes) {
    SlabTable T(64);
    size_t Others = 0;
    // Everybody else has a long run by now, and uses half of it.
    for (Lane L : AllLanes)
      if (L != Hungry)
        for (size_t I = 0; I != 8; ++I, ++Others)
          REQUIRE(T.take(L, 1));
    for (size_t I = Others; I != 64; ++I)
      REQUIRE(T.take(Hungry, 1));
    CHECK(T.untaken() == 0);
    for (Lane L : AllLanes)
      CHECK(!T.take(L, 1));
    CHECK(T.verify());
  }
}

TEST_CASE("A slab given back can be taken by any lane") {
  for (Lane L : AllLanes) {
    SlabTable T(4);
    for (size_t I = 0; I != 4; ++I)
      REQUIRE(T.take(Lane::Code, 1));
    T.give(2);
    CHECK(T[2].Owner == Lane::Untaken);
    CHECK(T.untaken() == 1);
    CHECK(T.take(L, 1) == Index(2));
    CHECK(T[2].Owner == L);
    CHECK(T.verify());
  }
}

TEST_CASE("Neighbouring slabs are taken together or not at all") {
  SlabTable T(8);
  CHECK(T.take(Lane::Code, 3) == Index(0));
  CHECK(T.take(Lane::RWData, 3) == Index(5));
  CHECK(!T.take(Lane::Code, 3));
  CHECK(!T.take(Lane::Code, 9));
  CHECK(T.untaken() == 2);
  CHECK(T.take(Lane::Code, 2) == Index(3));
  CHECK(T.verify());
}

TEST_CASE("Alignment counts from before the window") {
  // The window starts 3 slabs after a multiple of 4: slabs 1, 5, 9 are aligned.
  SlabTable T(12);
  CHECK(T.take(Lane::Code, 1, 4, 3) == Index(1));
  CHECK(T.take(Lane::Code, 2, 4, 3) == Index(5));
  CHECK(T.take(Lane::RWData, 2, 4, 3) == Index(9));
  CHECK(!T.take(Lane::Code, 1, 4, 3));
  // The others are there for those who do not care.
  CHECK(T.untaken() == 7);
  CHECK(T.take(Lane::Code, 1));
  CHECK(T.verify());
}

TEST_CASE("A slab table does what a naive table does in random operations") {
  const uint64_t Seed = testSeed(4711);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  Random Rand(Seed);
  constexpr size_t Slabs = 48;
  SlabTable T(Slabs);
  std::vector<Lane> Owner(Slabs, Lane::Untaken);
  size_t Taken = 0, Refused = 0;

  auto FitsAt = [&](size_t First, size_t Count, size_t Align, size_t Phase) {
    if ((First + Phase) % Align || First + Count > Slabs)
      return false;
    for (size_t I = First; I != First + Count; ++I)
      if (Owner[I] != Lane::Untaken)
        return false;
    return true;
  };
  for (size_t Step = 0; Step != 20000; ++Step) {
    INFO("step " << Step);
    bool Ok = true;
    size_t Slab = Rand.below(Slabs);
    if (Rand.percent(55)) {
      Lane L = AllLanes[Rand.below(NumLanes)];
      size_t Count = Rand.percent(70) ? 1 : Rand.between(1, 8);
      size_t Align = size_t(1) << Rand.below(4);
      size_t Phase = Rand.below(Align);
      bool Possible = false;
      for (size_t I = 0; I != Slabs; ++I)
        Possible |= FitsAt(I, Count, Align, Phase);
      Index First = T.take(L, Count, Align, Phase);
      Ok = bool(First) == Possible &&
           (!First || FitsAt(*First, Count, Align, Phase));
      ++(First ? Taken : Refused);
      if (Ok && First)
        std::fill_n(Owner.begin() + *First, Count, L);
    } else if (Owner[Slab] != Lane::Untaken) {
      T.give(Slab);
      Owner[Slab] = Lane::Untaken;
    }
    size_t Untaken = 0;
    for (size_t I = 0; I != Slabs; ++I) {
      Ok &= T[I].Owner == Owner[I];
      Untaken += Owner[I] == Lane::Untaken;
    }
    bool AsExpected = Ok && T.untaken() == Untaken && T.verify();
    if (!AsExpected)
      REQUIRE(AsExpected);
  }
  CHECK(Taken > 1000);
  CHECK(Refused > 1000);
}
