//===- ArenaModelTest.cpp - Arena against a model of itself ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model/ArenaModel.h"
#include "Core/LayoutNames.h"
#include "Model/ModelTest.h"

using namespace jitslab;

static ArenaModel::Counts runArenaModel(Layout L, bool Grow, bool Faults,
                                        uint64_t Seed, size_t Operations,
                                        size_t MostMappings = 0) {
  ArenaOptions O;
  O.ObjectLayout = L;
  O.WindowSize = 8 * SlabSize;
  O.Grow = Grow;
  auto [Count, Done] = runModel(Seed, Operations, [&](OperationSource &Source) {
    return std::make_unique<ArenaModel>(O, Source, Faults, MostMappings);
  });
  // Too few of one kind, and it tests little. Short runs may have too few.
  if (Done >= 10000) {
    CHECK(Count.Allocated >= Done / 10);
    CHECK(Count.Siblings >= Done / 100);
    CHECK(Count.Sealed >= Done / 20);
    CHECK(Count.TrapsChecked >= Done / 10);
    CHECK(Count.Refused >= Done / 10000);
    CHECK(Count.MostObjects >= 100);
    CHECK((Count.MostWindows >= 3) == Grow);
    CHECK((Count.Enlarged >= Done / 1000) == (L == Layout::Dense));
    CHECK((Count.Faults >= Done / 100) == Faults);
    CHECK((Count.Laned >= Done / 100) == (MostMappings != 0));
  }
  return Count;
}

// Cases of their own, because ctest runs them side by side.
#define JITSLAB_LAYOUT(E, NAME, HELP)                                          \
  TEST_CASE("A " #E " arena does what its model says") {                       \
    runArenaModel(Layout::E, /*Grow=*/true, /*Faults=*/false,                  \
                  20250101 + int(Layout::E), 100000);                          \
  }                                                                            \
  TEST_CASE("A " #E " arena of one window does what its model says") {         \
    runArenaModel(Layout::E, /*Grow=*/false, /*Faults=*/false,                 \
                  20250104 + int(Layout::E), 50000);                           \
  }                                                                            \
  TEST_CASE("A " #E " arena stays what its model says when calls fail") {      \
    runArenaModel(Layout::E, /*Grow=*/true, /*Faults=*/true,                   \
                  20250107 + int(Layout::E), 25000);                           \
  }
JITSLAB_LAYOUTS(JITSLAB_LAYOUT)
#undef JITSLAB_LAYOUT

// Blocks for some of the objects, lanes for the others.
TEST_CASE("A PerObject arena does what its model says with few mappings") {
  bool Grow = GENERATE(true, false);
  runArenaModel(Layout::PerObject, Grow, /*Faults=*/false, 20250110, 50000,
                /*MostMappings=*/400);
}

TEST_CASE("An arena with few mappings stays what its model says when calls "
          "fail") {
  runArenaModel(Layout::PerObject, /*Grow=*/true, /*Faults=*/true, 20250111,
                50000, /*MostMappings=*/400);
}
