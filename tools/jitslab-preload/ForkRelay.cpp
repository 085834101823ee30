//===- ForkRelay.cpp - Fork handlers that were registered first -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// As Dispatch.cpp, this needs nothing but the C library.

#include "ForkRelay.h"
#include "Dispatch.h"
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <pthread.h>

namespace {
struct Handlers {
  void (*Before)();
  void (*InParent)();
  void (*InChild)();
};
} // namespace

/// More than there are backends, which Interpose.cpp has one of for each
/// version of LLVM. Each registers once.
static constexpr size_t MaxRegistered = 32;

/// Held while the process forks, so that what is called afterwards is what was
/// called before.
static pthread_mutex_t Lock = PTHREAD_MUTEX_INITIALIZER;
static Handlers Registered[MaxRegistered];
static size_t NumRegistered = 0;

/// Is the C library told?
static std::atomic<bool> Enlisted{false};
/// The thread that forks, 0 if none does; and how often it is told of it.
static std::atomic<pthread_t> Forking{0};
static unsigned Depth = 0;

static void before() {
  if (Forking.load(std::memory_order_relaxed) == pthread_self()) {
    ++Depth;
    return;
  }
  pthread_mutex_lock(&Lock);
  Forking.store(pthread_self(), std::memory_order_relaxed);
  Depth = 1;
  for (size_t I = NumRegistered; I-- > 0;)
    Registered[I].Before();
}

static void end() {
  Forking.store(0, std::memory_order_relaxed);
  pthread_mutex_unlock(&Lock);
}

static void inParent() {
  if (--Depth)
    return;
  for (size_t I = 0; I != NumRegistered; ++I)
    Registered[I].InParent();
  end();
}

static void inChild() {
  if (--Depth)
    return;
  jitslab::noticeForkInChild();
  for (size_t I = 0; I != NumRegistered; ++I)
    Registered[I].InChild();
  end();
}

/// Without a lock, as in lib/Platform/Fork.cpp: threads that come here at the
/// same time each register.
static int enlist() {
  if (Enlisted.load(std::memory_order_acquire))
    return 0;
  if (int Error = pthread_atfork(before, inParent, inChild))
    return Error;
  Enlisted.store(true, std::memory_order_release);
  return 0;
}

// Before main. Constructors of libraries that the host needs run even earlier;
// if one of them uses LLVM, its backend registers first.
__attribute__((constructor)) static void registerWhenLoaded() {
  // What fails now is tried again when a backend registers.
  (void)enlist();
}

int jitslab_preload_atfork_1(void (*Before)(), void (*InParent)(),
                             void (*InChild)()) {
  if (int Error = enlist())
    return Error;
  pthread_mutex_lock(&Lock);
  int Error = NumRegistered == MaxRegistered ? ENOMEM : 0;
  if (!Error)
    Registered[NumRegistered++] = {Before, InParent, InChild};
  pthread_mutex_unlock(&Lock);
  return Error;
}
