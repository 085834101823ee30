//===- Timers.h - The -show-times option ------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_TIMERS_H
#define JITSLAB_TOOLS_RTDYLD_TIMERS_H

#include "llvm/Support/Timer.h"

namespace jitslab {

/// The phases of loading; prints to stderr when it dies.
struct PhaseTimers {
  llvm::TimerGroup Group{"llvm-rtdyld timers", "timers for llvm-rtdyld phases"};
  llvm::Timer Load{"load", "time to load/add object files", Group};
  llvm::Timer Link{"link", "time to link object files", Group};
  llvm::Timer Run{"run", "time to execute jitlink'd code", Group};
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_TIMERS_H
