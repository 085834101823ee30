//===- PlainManager.h - Managers that are all LLVM's -----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_PLAINMANAGER_H
#define JITSLAB_TOOLS_PRELOAD_PLAINMANAGER_H

#include "llvm/ExecutionEngine/SectionMemoryManager.h"

namespace jitslab {

/// True if \p M, which is a SectionMemoryManager and of no class derived from
/// it, maps memory as LLVM or ArenaMapper does and not as its host has said.
bool mapsAsLLVM(const llvm::SectionMemoryManager &M);

/// True in a thread in which mapsAsLLVM makes a manager that has to be as LLVM
/// would make it.
bool isComparing();

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_PLAINMANAGER_H
