//===- ProcessUse.h - What a process has of the system ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_PROCESSUSE_H
#define JITSLAB_UNITTESTS_PROCESSUSE_H

#include "Platform/AddressSpace.h"
#include <cstddef>
#include <string>
#include <vector>

namespace jitslab {

/// Blocks of the heap that were taken and not given back, LLVM's included.
/// With AddressSanitizer: bytes. With ThreadSanitizer: always 0, which is not
/// known.
size_t heapInUse();

/// True where failHeapAfter works.
bool canFailHeap();
/// Lets the \p Nth call of malloc and its like from now on, and all after it,
/// return null; 0: none. \returns whether one did since the last call.
bool failHeapAfter(size_t Nth);

/// What could leak, at one moment.
class ProcessUse {
public:
  ProcessUse();

  /// What this has in excess of \p Before; empty if nothing. Mappings are
  /// compared where they are jitslab's only: not with sanitizers, which map
  /// what they like, and not under an emulator, which does not list all.
  std::string leakedSince(const ProcessUse &Before) const;

private:
  // Counted before this object's own, or after it.
  size_t HeapBefore, HeapAfter;
  std::vector<std::string> Descriptors;
  std::vector<AddressRange> Mapped;
  size_t Bytes;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_PROCESSUSE_H
