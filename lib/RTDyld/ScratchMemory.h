//===- ScratchMemory.h - Memory for unloadable objects ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_RTDYLD_SCRATCHMEMORY_H
#define JITSLAB_RTDYLD_SCRATCHMEMORY_H

#include "../Platform/VirtualMemory.h"
#include "llvm/ADT/SmallVector.h"

namespace jitslab {

/// Memory that stands in for the sections of objects that there is no room for:
/// RuntimeDyld would abort the process if it got a null pointer. It is never
/// executable, and nobody reads what is written to it. So all sections get the
/// same addresses, and large ones the same few pages again and again.
class ScratchMemory {
public:
  explicit ScratchMemory(VirtualMemory &VM) : VM(VM) {}
  ScratchMemory(const ScratchMemory &) = delete;
  ScratchMemory &operator=(const ScratchMemory &) = delete;
  ~ScratchMemory();

  /// \returns \p Size writable bytes, aligned to a page; contents change at any
  /// time. They live as long as this. Null when address space and heap are used
  /// up too.
  uint8_t *allocate(size_t Size);

  bool contains(const uint8_t *P) const;

  /// Says that nobody writes for now: pages of large blocks are taken out of
  /// the process's page tables.
  void rest();

private:
  struct Block {
    uint8_t *Start;
    size_t Size;
    bool OnHeap;
  };

  uint8_t *map(size_t Size);

  VirtualMemory &VM;
  /// The last one is the largest.
  llvm::SmallVector<Block, 1> Blocks;
};

} // namespace jitslab

#endif // JITSLAB_RTDYLD_SCRATCHMEMORY_H
