//===- ModelTest.h - Runs a model -------------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_MODELTEST_H
#define JITSLAB_UNITTESTS_MODELTEST_H

#include "Model/OperationSource.h"
#include "Support/Catch.h"
#include "Support/Process.h"
#include <cstdlib>
#include <utility>

namespace jitslab {

/// How many operations a test does that does \p Usual ones natively: the
/// environment's JITSLAB_MODEL_OPERATIONS if there is one, as scripts/soak has;
/// fewer where each of them takes many times as long.
inline size_t modelOperations(size_t Usual) {
  if (const char *Wanted = std::getenv("JITSLAB_MODEL_OPERATIONS"))
    return std::strtoull(Wanted, nullptr, 0);
  // Most mutants are seen by then: docs/testing.md.
  if (isBrief())
    return 20000;
  if (runsUnderEmulator())
    return Usual / 10;
#ifdef NDEBUG
  constexpr bool Optimised = true;
#else
  constexpr bool Optimised = false;
#endif
  return JITSLAB_HAS_SHADOW_MEMORY || !Optimised ? Usual / 5 : Usual;
}

/// Runs \p Usual operations of a model, which \p Make makes of a source of
/// random numbers, and says with which seed. \returns the model's counts.
template <typename Fn> auto runModel(uint64_t Seed, size_t Usual, Fn Make) {
  Seed = testSeed(Seed);
  const size_t Operations = modelOperations(Usual);
  WARN("JITSLAB_TEST_SEED=" << Seed
                            << " JITSLAB_MODEL_OPERATIONS=" << Operations);
  RandomSource Source(Seed);
  auto Model = Make(Source);
  for (size_t I = 0; I != Operations; ++I)
    if (!Model->step())
      FAIL("operation " << I << ": " << Model->problem());
  if (!Model->finish())
    FAIL("after the last operation: " << Model->problem());
  return std::make_pair(Model->counts(), Operations);
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_MODELTEST_H
