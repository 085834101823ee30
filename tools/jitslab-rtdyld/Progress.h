//===- Progress.h - Says that long work goes on -----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_PROGRESS_H
#define JITSLAB_TOOLS_RTDYLD_PROGRESS_H

#include "llvm/ADT/StringRef.h"
#include <chrono>
#include <cstdint>
#include <string>

namespace jitslab {

/// A line on stderr about work that takes more than a second, renewed every
/// second: in place on a terminal, as further lines elsewhere. Quick work is
/// not mentioned.
class Progress {
public:
  /// "<program>: <What>: ..."
  explicit Progress(llvm::StringRef What);
  /// Ends the line.
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// May be called often. \p Total of 0: nobody knows.
  void update(uint64_t Done, uint64_t Total, llvm::StringRef Unit);

private:
  using Clock = std::chrono::steady_clock;

  const std::string What;
  const bool IsTerminal;
  Clock::time_point Next;
  bool IsLineOpen = false;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_PROGRESS_H
