//===- LLVMCompat.h - What differs between LLVM versions --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What the public headers need; lib/LLVMCompat.h has the rest. Nothing else
/// tests LLVM_VERSION_MAJOR.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_LLVMCOMPAT_H
#define JITSLAB_LLVMCOMPAT_H

#include "jitslab/ABI.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Alignment.h"
#include <cstdint>

// CMake makes it. Headers that are taken from the sources do not know what the
// library was built for.
#if __has_include("jitslab/Config.h")
#include "jitslab/Config.h"
#if LLVM_VERSION_MAJOR != JITSLAB_LLVM_MAJOR
#error "this jitslab is for another LLVM: jitslab/Config.h says for which"
#endif
#endif

/// 1 where LLJIT has a memory manager, which its builder can be told how to
/// make and which it passes to who makes the linking layer (from LLVM 23).
#if LLVM_VERSION_MAJOR >= 23
#define JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER 1
#else
#define JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER 0
#endif

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// The type of reserveAllocationSpace's alignment parameters: llvm::Align from
/// LLVM 16, a number of bytes (0 for "none") before.
#if LLVM_VERSION_MAJOR >= 16
using ReserveAlign = llvm::Align;
inline uint64_t alignmentInBytes(ReserveAlign A) { return A.value(); }
#else
using ReserveAlign = uint32_t;
inline uint64_t alignmentInBytes(ReserveAlign A) { return A ? A : 1; }
#endif

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_LLVMCOMPAT_H
