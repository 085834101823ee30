//===- HostFunctions.cpp - What modules call in their host ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/HostFunctions.h"
#include <cxxabi.h>

namespace jitslab {

static thread_local int Cleanups = 0;
static thread_local LifeFunction *RelayTarget = nullptr;

int takeCleanups() {
  int Result = Cleanups;
  Cleanups = 0;
  return Result;
}

void setRelayTarget(LifeFunction *Target) { RelayTarget = Target; }

int callOrCatch(LifeFunction *F, int Argument) {
  takeCleanups();
  try {
    return F(Argument);
  } catch (int Thrown) {
    return int(2U * unsigned(Thrown)) + takeCleanups();
  }
}

} // namespace jitslab

int lives_callback(int X) { return X ^ 0x5a5a; }

int lives_relay(int X) { return jitslab::RelayTarget(X); }

int lives_throw(int X) { throw X; }

int lives_cleanup(int X) {
  ++jitslab::Cleanups;
  return X;
}

int lives_caught(void *Exception) {
  int Thrown = *static_cast<int *>(abi::__cxa_begin_catch(Exception));
  abi::__cxa_end_catch();
  return Thrown;
}
