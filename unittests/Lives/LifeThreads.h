//===- LifeThreads.h - Threads of a life ------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_LIFETHREADS_H
#define JITSLAB_UNITTESTS_LIVES_LIFETHREADS_H

#include "Lives/Engine.h"
#include "Lives/HostFunctions.h"

namespace jitslab {

/// In each of \p Threads threads an engine of its own loads a module, calls it
/// and is dropped, \p Rounds times. Another thread calls \p Shared, if there is
/// one, and a further one gives back what is not used, until they have ended.
/// \returns what all results come to; \p WorstMicroseconds is the longest that
/// a call of Shared took.
llvm::Expected<uint64_t> liveInThreads(MemoryHost &Host, EngineKind K,
                                       const Shape &S, unsigned Threads,
                                       unsigned Rounds, LifeFunction *Shared,
                                       uint64_t &WorstMicroseconds);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_LIFETHREADS_H
