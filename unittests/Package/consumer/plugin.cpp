//===- plugin.cpp - A library with jitslab in it --------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab-c/jitslab.h"

/// All that this library exports.
extern "C" JITSLAB_ABI int plugin_layers() {
  LLVMMCJITMemoryManagerRef Manager = nullptr;
  LLVMConsumeError(JitslabCreateMCJITMemoryManager(&Manager, nullptr));
  return JitslabCreateObjectLinkingLayer(nullptr, nullptr, nullptr) != nullptr;
}
