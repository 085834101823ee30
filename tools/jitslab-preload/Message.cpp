//===- Message.cpp - What the preload says --------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Message.h"
#include "llvm/ADT/SmallString.h"
#include <unistd.h>

using namespace llvm;

namespace jitslab {

void say(const Twine &What) {
  SmallString<256> Line;
  ("jitslab-preload[" + Twine(getpid()) + "]: " + What + "\n").toVector(Line);
  // One call, so that lines of several processes stay whole. Nothing can be
  // done about a message that cannot be written.
  (void)!write(STDERR_FILENO, Line.data(), Line.size());
}

} // namespace jitslab
