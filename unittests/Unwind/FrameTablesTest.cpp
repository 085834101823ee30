//===- FrameTablesTest.cpp - Tables of neighbours' frames -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Unwind/FrameTables.h"
#include "Frames.h"
#include "Support/Process.h"
#include "Support/Random.h"
#include "Unwinders.h"
#include <cmath>

using namespace jitslab;

namespace {

constexpr size_t Step = 64;

/// An object with one function at each multiple of Step.
struct Objects {
  std::vector<Frames> All;

  explicit Objects(size_t N, uintptr_t Base = 0x7000000) {
    for (size_t I = 0; I != N; ++I)
      All.push_back(Frames(
          {{Base + I * Step, Base + I * Step + Step - 1 - I % (Step / 2)}}));
  }
  uintptr_t low(size_t I) const { return All[I].extent().Begin; }
  void addTo(FrameTables &T, size_t I) const {
    CHECK(T.add(low(I), All[I].data()));
  }
  bool areFound(Unwinder &U, size_t I) const {
    return U.find(low(I)) && U.find(All[I].extent().End - 1);
  }
};

} // namespace

TEST_CASE("What stays is found at any moment while tables change") {
  const uint64_t Seed = testSeed(3);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  Random Rand(Seed);
  Objects O(150);
  ListUnwinder U;
  FrameTables Tables(U);
  std::vector<bool> Live(O.All.size());
  size_t Lost = 0, Moments = 0;
  U.Changed = [&] {
    ++Moments;
    // A function of the host's is looked for in all tables first, and so sorts
    // the unwinder's list.
    if (Rand.percent(50))
      CHECK(!U.find(UINTPTR_MAX / 2));
    // In any order, since finding sorts it too.
    for (size_t I = 0, At = Rand.below(Live.size()); I != Live.size(); ++I)
      if (size_t J = (At + I) % Live.size(); Live[J] && !O.areFound(U, J))
        ++Lost;
  };
  for (int Operation = 0; Operation != 2500; ++Operation) {
    // Sometimes many, sometimes few.
    size_t I = Rand.below(O.All.size());
    bool Adds = Rand.percent(Operation % 500 < 250 ? 70 : 30);
    if (Live[I] && !Adds) {
      Live[I] = false;
      Tables.remove(O.low(I));
      CHECK_FALSE(U.find(O.low(I)));
    } else if (!Live[I] && Adds) {
      O.addTo(Tables, I);
      Live[I] = true;
      CHECK(O.areFound(U, I));
    }
    if (Lost)
      FAIL("lost after operation " << Operation);
    REQUIRE(U.entries() == Tables.tables());
  }
  CHECK(Moments > 1000);
  U.Changed = [] {}; // What it looks at goes before the tables do.
}

TEST_CASE("What stays is found at any moment while a large table is divided") {
  Objects O(400);
  ListUnwinder U;
  FrameTables Tables(U);
  constexpr size_t Other = 150;
  for (size_t I = 0; I != O.All.size(); ++I)
    if (I != Other)
      O.addTo(Tables, I);
  size_t Lost = 0;
  U.Changed = [&] {
    // A function of the host's is looked for in all tables first, and so sorts
    // the unwinder's list.
    CHECK(!U.find(UINTPTR_MAX / 2));
    for (size_t I = 0; I != O.All.size(); ++I)
      Lost += I != Other && !O.areFound(U, I);
  };
  O.addTo(Tables, Other);
  CHECK(Lost == 0);
  Tables.remove(O.low(Other));
  CHECK(Lost == 0);
  U.Changed = [] {};
}

TEST_CASE("Control: other orders of changing tables lose what stays") {
  // Otherwise FrameTables need not care: here the upper one goes first.
  Objects O(2);
  ListUnwinder U;
  const uint8_t *Both[] = {O.All[0].data(), O.All[1].data(), nullptr};
  U.registerFrames(O.All[0].data());
  U.registerFrames(O.All[1].data());
  CHECK(O.areFound(U, 0));
  U.registerTable(Both, nullptr);
  CHECK(U.find(1) == nullptr);
  U.deregisterFrames(O.All[1].data());
  CHECK_FALSE(O.areFound(U, 1));
}

TEST_CASE("Loading in rising order makes few tables and copies little") {
  constexpr size_t N = 20000;
  Objects O(N);
  ListUnwinder U;
  FrameTables Tables(U);
  for (size_t I = 0; I != N; ++I)
    O.addTo(Tables, I);
  CHECK(Tables.tables() <= 16);
  CHECK(U.SectionsOfTables <= N * 20);
}

TEST_CASE("Loading in falling order makes few tables and copies little") {
  constexpr size_t N = 20000;
  Objects O(N);
  ListUnwinder U;
  FrameTables Tables(U);
  for (size_t I = N; I-- != 0;)
    O.addTo(Tables, I);
  CHECK(Tables.tables() <= 16);
  CHECK(U.SectionsOfTables <= N * 20);
}

TEST_CASE("Freeing in any order copies little for each object") {
  constexpr size_t N = 20000;
  Objects O(N);
  const uint64_t Seed = testSeed(5);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  Random Rand(Seed);
  std::vector<size_t> Order(N);
  for (size_t I = 0; I != N; ++I)
    Order[I] = I;
  SECTION("first in, first out") {}
  SECTION("last in, first out") { std::reverse(Order.begin(), Order.end()); }
  SECTION("random") {
    for (size_t I = N; I > 1; --I)
      std::swap(Order[I - 1], Order[Rand.below(I)]);
  }
  ListUnwinder U;
  FrameTables Tables(U);
  for (size_t I = 0; I != N; ++I)
    O.addTo(Tables, I);
  U.SectionsOfTables = 0;
  size_t MostTables = 0;
  for (size_t I : Order) {
    Tables.remove(O.low(I));
    MostTables = std::max(MostTables, Tables.tables());
  }
  CHECK(Tables.tables() == 0);
  CHECK(U.entries() == 0);
  INFO("copied: " << U.SectionsOfTables << ", tables: " << MostTables);
  CHECK(U.SectionsOfTables <= N * 300);
  CHECK(MostTables <= 10 * std::sqrt(N));
}

TEST_CASE("Freeing and loading for long leaves tables of middling size") {
  constexpr size_t N = JITSLAB_HAS_SHADOW_MEMORY ? 4000 : 20000;
  Objects O(N);
  const uint64_t Seed = testSeed(6);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  Random Rand(Seed);
  ListUnwinder U;
  FrameTables Tables(U);
  for (size_t I = 0; I != N; ++I)
    O.addTo(Tables, I);
  U.SectionsOfTables = 0;
  size_t MostTables = 0;
  for (size_t Round = 0; Round != 2 * N; ++Round) {
    size_t I = Rand.below(N);
    Tables.remove(O.low(I));
    O.addTo(Tables, I);
    MostTables = std::max(MostTables, Tables.tables());
  }
  INFO("copied: " << U.SectionsOfTables << ", tables: " << MostTables);
  CHECK(U.SectionsOfTables <= 2 * N * 600);
  CHECK(MostTables <= 15 * std::sqrt(N));
  // When it is quiet elsewhere, what is left over is merged.
  for (size_t Round = 0; Round != 40 * N; ++Round) {
    Tables.remove(O.low(0));
    O.addTo(Tables, 0);
  }
  CHECK(Tables.tables() <= 32);
}

TEST_CASE("A table never reaches across what may be somebody else's") {
  // The code of two windows is further apart than this.
  ListUnwinder U;
  FrameTables Tables(U);
  Frames A({{0x1000000, 0x1000040}}), B({{0x1200000, 0x1200040}}),
      Theirs({{0x1100000, 0x1100040}});
  Tables.add(0x1000000, A.data());
  U.registerFrames(Theirs.data());
  Tables.add(0x1200000, B.data());
  CHECK(Tables.tables() == 2);
  for (int Round = 0; Round != 2; ++Round)
    for (const Frames *F : {&A, &B, &Theirs})
      CHECK(U.find(F->extent().Begin + 1));
}

TEST_CASE("Frames on a border of 4 GiB are deregistered") {
  // Nobody reads them here.
  const auto *Frames = reinterpret_cast<const uint8_t *>(uint64_t(5) << 32);
  ListUnwinder U;
  FrameTables Tables(U);
  CHECK(Tables.add(64, Frames));
  CHECK(Tables.add(128, Frames + 64));
  CHECK(U.entries() == 1);
  Tables.remove(128);
  CHECK(U.entries() == 1);
  Tables.remove(64);
  CHECK(U.entries() == 0);
}

TEST_CASE("An address is added once, and nothing comes of removing another") {
  ListUnwinder U;
  FrameTables Tables(U);
  Objects O(3);
  for (size_t I = 0; I != 3; ++I)
    O.addTo(Tables, I);
  CHECK_FALSE(Tables.add(O.low(1), O.All[1].data()));
  Tables.remove(O.low(1) + 1);
  Tables.remove(1);
  for (size_t I = 0; I != 3; ++I)
    CHECK(O.areFound(U, I));
}
