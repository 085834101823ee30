//===- CallChain.h - Calls of many functions --------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_CALLCHAIN_H
#define JITSLAB_BENCHMARKS_CALLCHAIN_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace jitslab::bench {

/// Calls functions one after the other.
class CallChain {
public:
  explicit CallChain(const std::vector<uintptr_t> &Functions);
  ~CallChain();
  CallChain(const CallChain &) = delete;
  CallChain &operator=(const CallChain &) = delete;

  /// \returns false when there was no memory for the machine code.
  explicit operator bool() const { return Code != nullptr; }

  /// From machine code that has a call instruction of its own for each, as a
  /// compiled program has: what is measured is the functions' placement.
  void callStraightLine() const {
    reinterpret_cast<void (*)()>(reinterpret_cast<uintptr_t>(Code))();
  }

  /// From one call instruction in a loop, as an interpreter calls: here the
  /// mispredicted target costs more than most placements.
  /// \returns the sum of what the functions returned.
  long callFromSharedSite() const;

private:
  std::vector<uintptr_t> Functions;
  uint8_t *Code = nullptr;
  size_t Size = 0;
};

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_CALLCHAIN_H
