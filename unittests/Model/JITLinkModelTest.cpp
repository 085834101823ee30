//===- JITLinkModelTest.cpp - JITLink's memory managers -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model/JITLinkModel.h"
#include "Core/LayoutNames.h"
#include "Model/ModelTest.h"

using namespace jitslab;

static void runJITLinkModel(Layout L, bool Grow, uint64_t Seed,
                            size_t Operations) {
  ArenaOptions O;
  O.ObjectLayout = L;
  O.WindowSize = Grow ? 8 * SlabSize : MinWindowSize;
  O.Grow = Grow;
  auto [Count, Done] = runModel(Seed, Operations, [&](OperationSource &Source) {
    return std::make_unique<JITLinkModel>(O, Source);
  });
  // Too few of one kind, and it tests little. Short runs may have too few.
  if (Done >= 10000) {
    CHECK(Count.Allocated >= Done / 10);
    CHECK(Count.Finalized >= Done / 10);
    CHECK(Count.Abandoned >= Done / 50);
    CHECK(Count.Deallocated >= Done / 10);
    CHECK(Count.Refused >= Done / 1000);
    CHECK(Count.Outside >= Done / 1000);
    CHECK(Count.MostGraphs >= 100);
  }
}

// Cases of their own, because ctest runs them side by side.
#define JITSLAB_LAYOUT(E, NAME, HELP)                                          \
  TEST_CASE("JITLink's managers on " #E " do what their model says") {         \
    runJITLinkModel(Layout::E, /*Grow=*/true, 20250301 + int(Layout::E),       \
                    75000);                                                    \
  }
JITSLAB_LAYOUTS(JITSLAB_LAYOUT)
#undef JITSLAB_LAYOUT

TEST_CASE("JITLink's managers on one window do what their model says") {
  runJITLinkModel(Layout::PerProtection, /*Grow=*/false, 20250304, 25000);
}
