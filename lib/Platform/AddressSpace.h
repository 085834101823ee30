//===- AddressSpace.h - What is mapped where --------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_ADDRESSSPACE_H
#define JITSLAB_PLATFORM_ADDRESSSPACE_H

#include "llvm/ADT/SmallVector.h"
#include <cstddef>
#include <cstdint>

namespace jitslab {

/// Addresses [Begin, End).
struct AddressRange {
  uintptr_t Begin = 0, End = 0;
  size_t size() const { return End - Begin; }
};

/// The process's mappings in ascending order, as /proc/self/maps lists them;
/// empty when it cannot be read. Each entry is one VMA.
llvm::SmallVector<AddressRange, 0> mappedAddressRanges();

/// How many mappings (VMAs) the process has. Takes no memory from the heap.
size_t mappingCount();

/// Where addresses end that user space can map, if \p HighestMapped is the end
/// of its highest mapping. Kernels can be built for fewer bits than the usual
/// ones (AArch64: 39, 42 and others), and none says for how many; but stacks
/// lie in the upper half of the addresses, so the next power of two is it.
uintptr_t addressSpaceEnd(uintptr_t HighestMapped);

/// Bytes of the largest range of addresses that nothing is mapped in; SIZE_MAX
/// when the mappings cannot be read. Takes no memory from the heap.
size_t largestFreeAddressRange();

/// The parts of [Low, High) that nothing is mapped in. Addresses that user
/// space can never map (below vm.mmap_min_addr, above its end) are left out. A
/// snapshot: other threads may map meanwhile. Empty when the mappings cannot be
/// read.
llvm::SmallVector<AddressRange, 0> freeAddressRanges(uintptr_t Low,
                                                     uintptr_t High);

} // namespace jitslab

#endif // JITSLAB_PLATFORM_ADDRESSSPACE_H
