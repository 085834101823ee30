//===- SlabBacking.cpp - The memory behind slabs --------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SlabBacking.h"

namespace jitslab {

SlabBacking::~SlabBacking() = default;

// What the process has locked, and an older kernel does not discard, is mapped
// over. Not at once: that counts against RLIMIT_MEMLOCK for a moment.
std::error_code decommitPrivate(VirtualMemory &VM, AddressRange Slab) {
  if (VM.discard(Slab.Begin, Slab.size()))
    return VM.unmap(Slab.Begin, Slab.size());
  return VM.protect(Slab.Begin, Slab.size(), Access::None);
}

} // namespace jitslab
