//===- ArenaModelTest.cpp - Arena against a model of itself ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model/ArenaModel.h"
#include "Model/ModelTest.h"

using namespace jitslab;

static ArenaModel::Counts run(Layout L, bool Grow, bool Faults, uint64_t Seed,
                              size_t Operations) {
  ArenaOptions O;
  O.ObjectLayout = L;
  O.WindowSize = 8 * SlabSize;
  O.Grow = Grow;
  auto [Count, Done] = runModel(Seed, Operations, [&](OperationSource &Source) {
    return std::make_unique<ArenaModel>(O, Source, Faults);
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
  }
  return Count;
}

TEST_CASE("A PerObject arena does what its model says") {
  run(Layout::PerObject, /*Grow=*/true, /*Faults=*/false, 20250101, 400000);
}

TEST_CASE("A PerProtection arena does what its model says") {
  run(Layout::PerProtection, /*Grow=*/true, /*Faults=*/false, 20250102, 400000);
}

TEST_CASE("A Dense arena does what its model says") {
  run(Layout::Dense, /*Grow=*/true, /*Faults=*/false, 20250103, 400000);
}

TEST_CASE("A PerObject arena of one window does what its model says") {
  run(Layout::PerObject, /*Grow=*/false, /*Faults=*/false, 20250104, 200000);
}

TEST_CASE("A PerProtection arena of one window does what its model says") {
  run(Layout::PerProtection, /*Grow=*/false, /*Faults=*/false, 20250105,
      200000);
}

TEST_CASE("A Dense arena of one window does what its model says") {
  run(Layout::Dense, /*Grow=*/false, /*Faults=*/false, 20250106, 200000);
}

TEST_CASE("A PerObject arena stays what its model says when calls fail") {
  run(Layout::PerObject, /*Grow=*/true, /*Faults=*/true, 20250107, 100000);
}

TEST_CASE("A PerProtection arena stays what its model says when calls fail") {
  run(Layout::PerProtection, /*Grow=*/true, /*Faults=*/true, 20250108, 100000);
}

TEST_CASE("A Dense arena stays what its model says when calls fail") {
  run(Layout::Dense, /*Grow=*/true, /*Faults=*/true, 20250109, 100000);
}
