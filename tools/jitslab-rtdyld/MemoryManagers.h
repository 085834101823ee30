//===- MemoryManagers.h - The memory managers by their names ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_MEMORYMANAGERS_H
#define JITSLAB_TOOLS_RTDYLD_MEMORYMANAGERS_H

#include "jitslab/Arena.h"
#include "llvm/ExecutionEngine/RTDyldMemoryManager.h"
#include <memory>
#include <string>

namespace jitslab {

inline constexpr char DefaultMemoryManager[] = "reserving";

struct NamedMemoryManager {
  std::unique_ptr<llvm::RTDyldMemoryManager> Manager;
  /// What the manager takes its memory from; null for LLVM's own managers.
  std::shared_ptr<Arena> Memory;
};

/// Fails for an unknown name, and when the arena cannot be made.
llvm::Expected<NamedMemoryManager> createMemoryManager(llvm::StringRef Name);

/// All names, separated by commas.
std::string memoryManagerNames();

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_MEMORYMANAGERS_H
