//===- Random.h - Reproducible random numbers -------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_RANDOM_H
#define JITSLAB_UNITTESTS_RANDOM_H

#include <cstdint>
#include <cstdlib>
#include <random>

namespace jitslab {

/// The seed of a random test: the environment's JITSLAB_TEST_SEED, \p Default
/// if there is none. Tests print it with INFO, so that a failure can be run
/// again.
inline uint64_t testSeed(uint64_t Default) {
  const char *Wanted = std::getenv("JITSLAB_TEST_SEED");
  return Wanted ? std::strtoull(Wanted, nullptr, 0) : Default;
}

/// Not one of the standard's distributions: those give other numbers with
/// another standard library.
class Random {
public:
  explicit Random(uint64_t Seed) : Engine(Seed) {}
  uint64_t next() { return Engine(); }
  /// A number from 0 to N - 1.
  size_t below(size_t N) { return Engine() % N; }
  /// A number from Low to High, both included.
  size_t between(size_t Low, size_t High) {
    return Low + below(High - Low + 1);
  }
  bool percent(size_t P) { return below(100) < P; }

private:
  std::mt19937_64 Engine;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_RANDOM_H
