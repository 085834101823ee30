//===- ForkRelay.cpp - Fork handlers that were registered first -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// As Dispatch.cpp, this needs nothing but the C library.

#include "ForkRelay.h"
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

/// What pthread_atfork said when this library was loaded.
static int RegisterError = ENOMEM;

static void before() {
  pthread_mutex_lock(&Lock);
  for (size_t I = NumRegistered; I-- > 0;)
    Registered[I].Before();
}

static void inParent() {
  for (size_t I = 0; I != NumRegistered; ++I)
    Registered[I].InParent();
  pthread_mutex_unlock(&Lock);
}

static void inChild() {
  for (size_t I = 0; I != NumRegistered; ++I)
    Registered[I].InChild();
  pthread_mutex_unlock(&Lock);
}

// Before main and its threads, so no fork is under way.
__attribute__((constructor)) static void registerWhenLoaded() {
  RegisterError = pthread_atfork(before, inParent, inChild);
}

int jitslab_preload_atfork_1(void (*Before)(), void (*InParent)(),
                             void (*InChild)()) {
  pthread_mutex_lock(&Lock);
  int Error = NumRegistered == MaxRegistered ? ENOMEM : RegisterError;
  if (!Error)
    Registered[NumRegistered++] = {Before, InParent, InChild};
  pthread_mutex_unlock(&Lock);
  return Error;
}
