//===- ForkGate.cpp - No fork while the arena is being changed ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ForkGate.h"
#include <atomic>
#include <pthread.h>

namespace jitslab {

// Many may be inside at once; fork is the writer. It goes first, or threads
// that compile without a break would keep it waiting.
#define JITSLAB_GATE PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP
static pthread_rwlock_t Gate = JITSLAB_GATE;
static std::atomic<void (*)()> InChild{nullptr};

// When this library is loaded. Later there would be a moment in which a fork
// finds half of it.
static const int InstallError = pthread_atfork(
    [] { pthread_rwlock_wrlock(&Gate); }, [] { pthread_rwlock_unlock(&Gate); },
    [] {
      // Its owner was a thread of the parent.
      Gate = JITSLAB_GATE;
      if (auto *Fn = InChild.load())
        Fn();
    });

ForkGate::ForkGate() { pthread_rwlock_rdlock(&Gate); }
ForkGate::~ForkGate() { pthread_rwlock_unlock(&Gate); }

int ForkGate::installError() { return InstallError; }
void ForkGate::runInChildren(void (*Fn)()) { InChild = Fn; }

} // namespace jitslab
