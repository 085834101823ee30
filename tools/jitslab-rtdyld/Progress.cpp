//===- Progress.cpp - Says that long work goes on -------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Progress.h"
#include "Diagnostics.h"
#include "llvm/Support/raw_ostream.h"
#include <unistd.h>

using namespace llvm;

namespace jitslab {

static constexpr std::chrono::seconds Interval(1);

Progress::Progress(StringRef What)
    : What(What.str()), IsTerminal(isatty(STDERR_FILENO)),
      Next(Clock::now() + Interval) {}

Progress::~Progress() {
  if (IsLineOpen)
    errs() << '\n';
}

void Progress::update(uint64_t Done, uint64_t Total, StringRef Unit) {
  Clock::time_point Now = Clock::now();
  if (Now < Next)
    return;
  Next = Now + Interval;
  if (IsTerminal)
    errs() << '\r';
  errs() << programName() << ": " << What << ": " << Done;
  if (Total)
    errs() << " of " << Total;
  errs() << ' ' << Unit;
  if (IsTerminal)
    IsLineOpen = true;
  else
    errs() << '\n';
}

} // namespace jitslab
