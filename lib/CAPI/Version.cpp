//===- Version.cpp - Which jitslab a program runs with --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/Version.h"
#include "jitslab-c/jitslab.h"

void JitslabGetVersion(unsigned *Major, unsigned *Minor, unsigned *Patch) {
  if (Major)
    *Major = JITSLAB_VERSION_MAJOR;
  if (Minor)
    *Minor = JITSLAB_VERSION_MINOR;
  if (Patch)
    *Patch = JITSLAB_VERSION_PATCH;
}
