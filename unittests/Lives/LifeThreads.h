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

struct ThreadsOfLife {
  unsigned Threads = 0, Rounds = 0;
  EngineKind Kind = EngineKind::MCJIT;
  Shape Modules;
  /// What a further thread calls; may be null.
  LifeFunction *Shared = nullptr;
  /// How many are forked meanwhile. Then nothing throws in the threads.
  unsigned Children = 0;
};

/// In each thread an engine of its own loads modules, calls them and is
/// dropped, so many rounds. Another thread calls what is shared, and a further
/// one gives back what is not used, until they have ended.
/// \returns what all results come to; \p WorstMicroseconds is the longest that
/// a call of what is shared took.
llvm::Expected<uint64_t> liveInThreads(MemoryHost &Host, const ThreadsOfLife &T,
                                       uint64_t &WorstMicroseconds);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_LIFETHREADS_H
