//===- ScratchMemory.h - Memory for objects that cannot be loaded -*- C++
//-*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_RTDYLD_SCRATCHMEMORY_H
#define JITSLAB_RTDYLD_SCRATCHMEMORY_H

#include "llvm/Support/MathExtras.h"
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace jitslab {

/// Heap memory that stands in for the sections of an object that there is no
/// room for: RuntimeDyld would abort the process if it got a null pointer. It
/// is never executable.
class ScratchMemory {
public:
  /// \returns null when the heap is used up too.
  uint8_t *allocate(size_t Size, size_t Align) {
    if (Size + Align < Size)
      return nullptr;
    std::unique_ptr<uint8_t[]> Block(new (std::nothrow) uint8_t[Size + Align]);
    if (!Block)
      return nullptr;
    auto Start = llvm::alignTo(reinterpret_cast<uintptr_t>(Block.get()), Align);
    Blocks.push_back({std::move(Block), Size + Align});
    return reinterpret_cast<uint8_t *>(Start);
  }

  bool contains(const uint8_t *P) const {
    for (const auto &[Block, Size] : Blocks)
      if (P >= Block.get() && P < Block.get() + Size)
        return true;
    return false;
  }

private:
  std::vector<std::pair<std::unique_ptr<uint8_t[]>, size_t>> Blocks;
};

} // namespace jitslab

#endif // JITSLAB_RTDYLD_SCRATCHMEMORY_H
