//===- TrivialMemoryManager.h - As llvm-rtdyld's ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_TRIVIALMEMORYMANAGER_H
#define JITSLAB_TOOLS_RTDYLD_TRIVIALMEMORYMANAGER_H

#include "llvm/ExecutionEngine/RTDyldMemoryManager.h"
#include "llvm/Support/Memory.h"
#include <vector>

namespace jitslab {

/// A mapping for each section, or, like -preallocate, one block for all of
/// them. Frees nothing before it dies. The first one has room for a few bytes
/// of thread-local variables, for the thread that loads.
class TrivialMemoryManager : public llvm::RTDyldMemoryManager {
public:
  TrivialMemoryManager() = default;
  ~TrivialMemoryManager() override;

  /// All sections will lie side by side in \p Bytes, which are taken now.
  llvm::Error preallocate(size_t Bytes);

  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Alignment,
                               unsigned SectionID,
                               llvm::StringRef Name) override;
  uint8_t *allocateDataSection(uintptr_t Size, unsigned Alignment,
                               unsigned SectionID, llvm::StringRef Name,
                               bool IsReadOnly) override;
  TLSSection allocateTLSSection(uintptr_t Size, unsigned Alignment,
                                unsigned SectionID,
                                llvm::StringRef Name) override;
  bool finalizeMemory(std::string *ErrMsg) override;

private:
  uint8_t *allocate(size_t Size, size_t Align, bool IsCode);
  uint8_t *allocateFromBlock(size_t Size, size_t Align, bool IsCode);

  std::vector<llvm::sys::MemoryBlock> Code, Data;
  /// The first of Code are executable already.
  size_t Sealed = 0;
  /// Twice as large as what may be used of it: data grows down from its middle
  /// and code up, so that no page has both.
  llvm::sys::MemoryBlock Block;
  size_t Limit = 0;
  /// The used part of the block.
  uintptr_t Low = 0, High = 0;
  size_t UsedTLS = 0;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_TRIVIALMEMORYMANAGER_H
