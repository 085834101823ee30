//===- ForkHandlers.cpp - Arenas and the host's pthread_atfork ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/ForkHandlers.h"
#include "../Platform/Fork.h"
#include "Errors.h"

llvm::Error jitslab::registerForkHandlers() {
  if (std::error_code EC = enlistForForks())
    return systemError(EC, "cannot register for forks");
  return llvm::Error::success();
}
