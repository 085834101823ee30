//===- LifeLimits.h - Limits that a host may live under ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_LIFELIMITS_H
#define JITSLAB_UNITTESTS_LIVES_LIFELIMITS_H

#include "Lives/LifeOutcomes.h"

namespace jitslab {

/// After this many seconds a life is ended by SIGALRM.
inline constexpr unsigned LifeSeconds = 100;

/// False where limits say nothing, or do not hold: with sanitizers and under
/// an emulator.
bool limitsHold();

/// What the process uses now.
StepOutcome processUse();

/// Lets the heap keep some address space, for what is done while there is none.
void makeHeapRoom();

void leaveAddressSpace(unsigned MiB);
void leaveMappings(unsigned Count);
void leaveDescriptors(unsigned Count);

/// No address space is left while this lives.
class Starving {
public:
  Starving();
  ~Starving();
  Starving(const Starving &) = delete;
  Starving &operator=(const Starving &) = delete;

private:
  unsigned long Before;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_LIFELIMITS_H
