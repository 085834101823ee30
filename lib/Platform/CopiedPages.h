//===- CopiedPages.h - What debuggers write ---------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_COPIEDPAGES_H
#define JITSLAB_PLATFORM_COPIEDPAGES_H

#include <cstddef>
#include <cstdint>
#include <system_error>

namespace jitslab {

/// See VirtualMemory::overwrite.
std::error_code overwriteMemory(uintptr_t Start, const void *From, size_t Size);

/// See VirtualMemory::mayHaveCopies.
bool mayHaveCopies(uintptr_t Start, size_t Size, size_t PageSize);

} // namespace jitslab

#endif // JITSLAB_PLATFORM_COPIEDPAGES_H
