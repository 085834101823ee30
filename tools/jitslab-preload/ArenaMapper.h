//===- ArenaMapper.h - Maps for LLVM's own managers ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_ARENAMAPPER_H
#define JITSLAB_TOOLS_PRELOAD_ARENAMAPPER_H

#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include <atomic>

namespace jitslab {

/// Maps what SectionMemoryManagers take from the system, where the host has
/// derived a class from one or wrapped it, so that the manager itself cannot be
/// replaced: pages of one arena, within reach of each other. A manager for
/// which that has no room at first, or which had memory before, is mapped for
/// as LLVM does; one that has begun in a window stays there, and fails when
/// that is full. Thread-safe.
class ArenaMapper final : public llvm::SectionMemoryManager::MemoryMapper {
public:
  /// The only one of this version of LLVM, which managers hold until they go.
  static ArenaMapper &get();

  /// Memory is mapped as LLVM does until this is called.
  void mapInArena() { InArena = true; }

  /// Has the arena given anything?
  static bool hasServed();

  llvm::sys::MemoryBlock
  allocateMappedMemory(llvm::SectionMemoryManager::AllocationPurpose Purpose,
                       size_t Size, const llvm::sys::MemoryBlock *Near,
                       unsigned Flags, std::error_code &EC) override;
  std::error_code protectMappedMemory(const llvm::sys::MemoryBlock &Block,
                                      unsigned Flags) override;
  std::error_code releaseMappedMemory(llvm::sys::MemoryBlock &Block) override;

private:
  std::atomic<bool> InArena{false};
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_ARENAMAPPER_H
