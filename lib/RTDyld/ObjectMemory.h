//===- ObjectMemory.h - The sections of one object --------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_RTDYLD_OBJECTMEMORY_H
#define JITSLAB_RTDYLD_OBJECTMEMORY_H

#include "jitslab/Arena.h"
#include "llvm/ADT/SmallVector.h"

namespace jitslab {

/// Cuts sections out of the memory that was reserved for an object, and takes
/// more from the same window when the reservation was too small.
class ObjectMemory {
public:
  ObjectMemory() = default;
  ObjectMemory(ObjectMemory &&) = default;
  ObjectMemory &operator=(ObjectMemory &&) = default;

  /// Reserves memory for \p F. After a failure no section can be had.
  llvm::Error reserve(Arena &A, const Footprint &F);

  /// \p Size and \p Align in bytes, neither of them 0.
  llvm::Expected<uint8_t *> allocate(Arena &A, SegmentKind K, size_t Size,
                                     size_t Align);

  /// Gives back what no section uses. No section can be had any more.
  void close();

  /// Adds the allocations of this object to \p Out.
  void collect(llvm::SmallVectorImpl<Allocation *> &Out) {
    for (Block &B : Blocks)
      Out.push_back(&B.Memory);
  }

private:
  struct Block {
    Allocation Memory;
    PerSegment<size_t> Used{};

    uint8_t *allocate(SegmentKind K, size_t Size, size_t Align);
  };

  /// The reservation, followed by what had to be added.
  llvm::SmallVector<Block, 1> Blocks;
};

} // namespace jitslab

#endif // JITSLAB_RTDYLD_OBJECTMEMORY_H
