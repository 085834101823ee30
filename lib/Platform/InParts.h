//===- InParts.h - Large memory, part by part -------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_INPARTS_H
#define JITSLAB_PLATFORM_INPARTS_H

#include "AddressSpace.h"
#include "VirtualMemory.h"

namespace jitslab {

/// The kernel locks all mappings of the process (mmap_lock) while it brings in
/// pages, changes the rights of those that are in memory, or drops them: for
/// longer, the more they are. Meanwhile every thread waits that maps something,
/// changes rights or grows the heap. So what is large is done in parts, each of
/// which takes about a millisecond at most. They end at multiples of this size,
/// so that they split no huge page of it.
inline constexpr size_t LargestPart = size_t(2) << 20;

/// VirtualMemory::protect for what may be in memory.
std::error_code protectInParts(VirtualMemory &VM, AddressRange R, Access A);

/// VirtualMemory::populate.
void populateInParts(VirtualMemory &VM, AddressRange R);

/// VirtualMemory::discard. A failure can leave the front part discarded.
std::error_code discardInParts(VirtualMemory &VM, AddressRange R);

} // namespace jitslab

#endif // JITSLAB_PLATFORM_INPARTS_H
