//===- MappingFlags.h - Names that older C libraries lack -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_MAPPINGFLAGS_H
#define JITSLAB_PLATFORM_MAPPINGFLAGS_H

namespace jitslab {

/// Linux 5.14 (uapi/asm-generic/mman-common.h).
inline constexpr int MadvPopulateWrite = 23;
/// Linux 5.18, likewise: MADV_DONTNEED that does not refuse locked pages.
inline constexpr int MadvDontNeedLocked = 24;
/// Linux 6.1, likewise.
inline constexpr int MadvCollapse = 25;
/// Linux 4.17. Older kernels take the address as a hint, which the caller
/// checks for by comparing it with the result.
inline constexpr int MapFixedNoReplace = 0x100000;

} // namespace jitslab

#endif // JITSLAB_PLATFORM_MAPPINGFLAGS_H
