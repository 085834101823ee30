//===- RTDyldModelTest.cpp - RuntimeDyld's memory managers ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model/RTDyldModel.h"
#include "Core/LayoutNames.h"
#include "Model/ModelTest.h"

using namespace jitslab;

static void runRTDyldModel(Layout L, bool Grow, size_t WindowSize,
                           uint64_t Seed, size_t Operations,
                           size_t MostMappings = 0) {
  ArenaOptions O;
  O.ObjectLayout = L;
  O.WindowSize = WindowSize;
  O.Grow = Grow;
  KnownSections Known(JITSLAB_TEST_INPUTS "/sections.o");
  REQUIRE(Known.ids().size() == 40);
  auto [Count, Done] = runModel(Seed, Operations, [&](OperationSource &Source) {
    return std::make_unique<RTDyldModel>(O, Known, Source, MostMappings);
  });
  // Too few of one kind, and it tests little. Short runs may have too few.
  if (Done >= 10000) {
    CHECK(Count.Objects >= Done / 20);
    CHECK(Count.Sections >= Done / 5);
    CHECK(Count.Beyond >= Done / 50);
    CHECK(Count.Finalized >= Done / 50);
    CHECK(Count.TrapsChecked >= Done / 50);
    CHECK(Count.Failed >= Done / 1000);
    CHECK(Count.MostSections >= 100);
    CHECK((Count.MostLaned != 0) == (MostMappings != 0));
  }
}

// Cases of their own, because ctest runs them side by side.
#define JITSLAB_LAYOUT(E, NAME, HELP)                                          \
  TEST_CASE("RuntimeDyld's managers on " #E " do what their model says") {     \
    runRTDyldModel(Layout::E, /*Grow=*/true, 8 * SlabSize,                     \
                   20250201 + int(Layout::E), 150000);                         \
  }                                                                            \
  TEST_CASE("RuntimeDyld's managers on one " #E " window are as modelled") {   \
    runRTDyldModel(Layout::E, /*Grow=*/false, MinWindowSize,                   \
                   20250204 + int(Layout::E), 50000);                          \
  }
JITSLAB_LAYOUTS(JITSLAB_LAYOUT)
#undef JITSLAB_LAYOUT

#define JITSLAB_LAYOUT(E, NAME, HELP)                                          \
  TEST_CASE("RuntimeDyld's managers on " #E                                    \
            " with ample room are as modelled") {                              \
    /* Objects come unannounced there: piece by piece, or in batches. */       \
    runRTDyldModel(Layout::E, /*Grow=*/true, 0, 20250207 + int(Layout::E),     \
                   100000);                                                    \
  }
JITSLAB_LAYOUTS(JITSLAB_LAYOUT)
#undef JITSLAB_LAYOUT

TEST_CASE("RuntimeDyld's managers with few mappings are as modelled") {
  const size_t WindowSize = GENERATE(0, 8 * SlabSize);
  runRTDyldModel(Layout::PerObject, /*Grow=*/true, WindowSize, 20250211, 50000,
                 /*MostMappings=*/80);
}
