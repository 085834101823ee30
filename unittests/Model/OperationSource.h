//===- OperationSource.h - What a model does next ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Where a model test's decisions come from: random numbers, or the bytes that
/// a fuzzer has thought of. The models and what they do are the same for both.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_OPERATIONSOURCE_H
#define JITSLAB_UNITTESTS_OPERATIONSOURCE_H

#include "Support/Random.h"
#include <cstddef>
#include <cstdint>

namespace jitslab {

class OperationSource {
public:
  virtual ~OperationSource() = default;
  /// A number from 0 to N - 1, N at least 1.
  virtual size_t below(size_t N) = 0;

  /// A number from Low to High, both included.
  size_t between(size_t Low, size_t High) {
    return Low + below(High - Low + 1);
  }
  bool percent(size_t P) { return below(100) < P; }
};

class RandomSource final : public OperationSource {
public:
  explicit RandomSource(uint64_t Seed) : Rand(Seed) {}
  size_t below(size_t N) override { return Rand.below(N); }

private:
  Random Rand;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_OPERATIONSOURCE_H
