//===- GuardBytes.h - What lies before and after a window -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_GUARDBYTES_H
#define JITSLAB_CORE_GUARDBYTES_H

#include "../Platform/VirtualMemory.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"

namespace jitslab {

/// Bytes before and after each window, and each writer view of Layout::Dense,
/// that stay inaccessible: what runs over an end faults, and nobody else's
/// memory can lie next to it. They cost address space, but no memory, and no
/// mapping as long as the slab beside them is not committed either.
///
/// A single page stops what goes on byte by byte. This much also stops most of
/// what jumps, such as an index that is wrong or a frame that is large. It is
/// what Linux keeps free below stacks since attackers used such jumps
/// (CVE-2017-1000364): stack_guard_gap, 256 pages, where pages have 4 KiB.
/// Where they are larger it is 1 MiB all the same, in whole pages.
inline size_t guardBytes(const VirtualMemory &VM) {
  constexpr size_t Least = size_t(1) << 20;
  return llvm::alignTo(Least, llvm::Align(VM.pageSize()));
}

} // namespace jitslab

#endif // JITSLAB_CORE_GUARDBYTES_H
