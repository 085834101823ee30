//===- Probe.h - Time, memory and mappings ----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_PROBE_H
#define JITSLAB_BENCHMARKS_PROBE_H

#include "ProcessMemory.h"
#include "Report.h"
#include "llvm/Support/Error.h"
#include <chrono>
#include <string>

namespace jitslab::bench {

/// With what a measurement observes itself: everything between start and stop.
class Probe {
public:
  Probe(Report &R, bool Traced) : R(R), Traced(Traced) {}

  void start();
  void stop();

  /// Says that what was done between start and stop are \p N equal items, and
  /// reports time, memory and mappings of one.
  void reportPer(const char *Item, size_t N);

  double seconds() const {
    return std::chrono::duration<double>(Stopped - Started).count();
  }

  /// Reports \p Err; \returns true if there is one.
  bool failed(llvm::Error Err) {
    if (!Err)
      return false;
    R.fail(toString(std::move(Err)));
    return true;
  }

  Report &R;

private:
  /// The parent counts system calls from one mark to the next.
  void mark() const;

  bool Traced;
  ProcessMemory Before, After;
  std::chrono::steady_clock::time_point Started, Stopped;
};

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_PROBE_H
