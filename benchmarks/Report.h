//===- Report.h - What a measurement found ----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What a measurement in a child process tells its parent.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_REPORT_H
#define JITSLAB_BENCHMARKS_REPORT_H

#include "llvm/ADT/StringRef.h"
#include <array>
#include <cstddef>

namespace jitslab::bench {

/// Lies in memory that parent and child share, so it holds no pointers; and
/// what is in it survives when LLVM aborts the child.
class Report {
public:
  struct Counter {
    std::array<char, 32> Name{};
    double Value = 0;
  };

  /// The time that Google Benchmark shows.
  double Seconds = 0;

  void set(llvm::StringRef Name, double Value);
  void fail(llvm::StringRef Why) { copy(Failure, Why); }
  void remark(llvm::StringRef Text) { copy(Remark, Text); }

  const Counter *begin() const { return Counters.data(); }
  const Counter *end() const { return Counters.data() + NumCounters; }
  const char *failure() const { return Failure.data(); }
  const char *remark() const { return Remark.data(); }

private:
  template <size_t N>
  static void copy(std::array<char, N> &To, llvm::StringRef From) {
    size_t Size = std::min(From.size(), N - 1);
    std::copy_n(From.begin(), Size, To.begin());
    To[Size] = 0;
  }

  std::array<Counter, 16> Counters{};
  size_t NumCounters = 0;
  std::array<char, 256> Failure{}, Remark{};
};

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_REPORT_H
