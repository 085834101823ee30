//===- PreloadMemoryManager.h - A manager that nobody asks ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_PRELOADMEMORYMANAGER_H
#define JITSLAB_TOOLS_PRELOAD_PRELOADMEMORYMANAGER_H

#include "ForkGate.h"
#include "ProcessArena.h"
#include "jitslab/ReservingMemoryManager.h"
#include <optional>

namespace jitslab {

/// Bases are destroyed last to first, so this opens the gate that
/// ~PreloadMemoryManager closes after ~ReservingMemoryManager has worked.
class GateAroundDestructor {
protected:
  ~GateAroundDestructor() = default;
  std::optional<ForkGate> Closed;
};

/// A ReservingMemoryManager on the process's arena, whose host does not know of
/// it: fork waits for it, and its errors are said on stderr, because MCJIT
/// drops them.
// NOLINTNEXTLINE(misc-multiple-inheritance): the order of bases is the point.
class PreloadMemoryManager final : private GateAroundDestructor,
                                   public ReservingMemoryManager {
public:
  /// The process must have an arena.
  PreloadMemoryManager();
  ~PreloadMemoryManager() override;

  void reserveAllocationSpace(uintptr_t CodeSize, ReserveAlign CodeAlign,
                              uintptr_t RODataSize, ReserveAlign RODataAlign,
                              uintptr_t RWDataSize,
                              ReserveAlign RWDataAlign) override;
  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Alignment,
                               unsigned SectionID,
                               llvm::StringRef SectionName) override;
  uint8_t *allocateDataSection(uintptr_t Size, unsigned Alignment,
                               unsigned SectionID, llvm::StringRef SectionName,
                               bool IsReadOnly) override;
  bool finalizeMemory(std::string *ErrMsg) override;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_PRELOADMEMORYMANAGER_H
