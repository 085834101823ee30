//===- MCJITHook.h - Where LLVM makes an MCJIT ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_MCJITHOOK_H
#define JITSLAB_TOOLS_PRELOAD_MCJITHOOK_H

#include "Dispatch.h"

namespace jitslab {

/// To be called before a function that can create an MCJIT: from then on
/// Version.Constructor makes each of them, whoever asks for it.
void hookMCJIT(const Call &C);

/// What Version.Constructor does: serves the MCJIT. If its host has a memory
/// manager that is not plainly LLVM's, that one stays.
void *createMCJIT(LLVMVersion &Version, void *Module, void *Message,
                  void *Manager, void *Resolver, void *Machine);

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_MCJITHOOK_H
