//===- Preload.cpp - The service in an executor of others -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../../lib/Executor/ExecutorSession.h"

/// Where the executor does not know the service, a controller finds it by this
/// name, which wire::OpenName has.
extern "C" JITSLAB_ABI jitslab::wire::CBuffer
jitslab_executor_open(const char *Data, size_t Size) {
  return jitslab::openExecutorSession(Data, Size);
}
