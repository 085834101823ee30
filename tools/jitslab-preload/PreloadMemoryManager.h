//===- PreloadMemoryManager.h - A manager that nobody asks ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_PRELOADMEMORYMANAGER_H
#define JITSLAB_TOOLS_PRELOAD_PRELOADMEMORYMANAGER_H

#include "ProcessArena.h"
#include "jitslab/ReservingMemoryManager.h"

namespace jitslab {

/// A ReservingMemoryManager on the process's arena, whose host does not know of
/// it: its errors are said on stderr, because MCJIT drops them, and its objects
/// are counted.
class PreloadMemoryManager final : public ReservingMemoryManager {
public:
  /// The process must have an arena. \p InsteadOf is the host's own manager,
  /// which it may still refer to.
  explicit PreloadMemoryManager(
      std::shared_ptr<llvm::MCJITMemoryManager> InsteadOf = nullptr);

  using ReservingMemoryManager::notifyObjectLoaded;
  void notifyObjectLoaded(llvm::RuntimeDyld &Dyld,
                          const llvm::object::ObjectFile &Object) override;
  bool finalizeMemory(std::string *ErrMsg) override;

private:
  std::shared_ptr<llvm::MCJITMemoryManager> InsteadOf;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_PRELOADMEMORYMANAGER_H
