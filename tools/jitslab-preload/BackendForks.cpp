//===- BackendForks.cpp - A backend's fork handlers -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ForkRelay.h"

// Linked with --wrap=pthread_atfork: what jitslab calls in this backend.
extern "C" {
int __real_pthread_atfork(void (*)(), void (*)(), void (*)());
int __wrap_pthread_atfork(void (*Before)(), void (*InParent)(),
                          void (*InChild)());
}

int __wrap_pthread_atfork(void (*Before)(), void (*InParent)(),
                          void (*InChild)()) {
  if (jitslab_preload_atfork_1)
    return jitslab_preload_atfork_1(Before, InParent, InChild);
  return __real_pthread_atfork(Before, InParent, InChild);
}
