//===- LifeOutcomes.h - What became of the steps of a life ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_LIFEOUTCOMES_H
#define JITSLAB_UNITTESTS_LIVES_LIFEOUTCOMES_H

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace jitslab {

/// What became of a step.
struct StepOutcome {
  /// Result: Text is what has to be the same with every host.
  /// Skipped: what the step needs was not there.
  /// Excused: that is so for a reason that documents name.
  /// Wrong: what has to come out is known, and did not.
  /// Use: mappings, KiB of resident memory and descriptors.
  /// Wait: the worst wait of a thread in microseconds.
  /// End: microseconds of processor time; after the last step.
  enum Kind : char {
    Result = '=',
    Error = 'e',
    Wrong = '!',
    Skipped = 's',
    Excused = 'x',
    Use = '#',
    Wait = 'w',
    End = '.'
  };
  Kind Is = Skipped;
  std::string Text;
};

/// Which process, 0 or the step at which it was forked, and which step.
using StepPlace = std::pair<unsigned, unsigned>;

/// A life that has ended, seen from outside.
struct LifeRecord {
  std::map<StepPlace, StepOutcome> Outcomes;
  /// As waitpid has it.
  int Status = 0;
  uint64_t CPUMicroseconds = 0, WorstWaitMicroseconds = 0;

  /// All steps were done.
  bool lived() const { return Status == 0; }
  std::string howEnded() const;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_LIFEOUTCOMES_H
