//===- ServeLLJIT.h - LLJIT with memory of the arena ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_SERVELLJIT_H
#define JITSLAB_TOOLS_PRELOAD_SERVELLJIT_H

#include "Backend.h"

namespace jitslab {

/// What PreloadBackend has under these names.
ServeResult mayServeLLJIT(const void *State);
ServeResult serveLLJIT(void *State);
void *createLLJIT(void **Result, void *Builder);

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_SERVELLJIT_H
