//===- Message.h - What the preload says ------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_MESSAGE_H
#define JITSLAB_TOOLS_PRELOAD_MESSAGE_H

#include "llvm/ADT/Twine.h"

namespace jitslab {

/// Prints "jitslab-preload[<process id>]: <What>" to stderr, in one piece.
void say(const llvm::Twine &What);

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_MESSAGE_H
