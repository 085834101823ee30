//===- MappingNames.h - Names of private memory ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_MAPPINGNAMES_H
#define JITSLAB_PLATFORM_MAPPINGNAMES_H

#include <cstddef>
#include <cstdint>

namespace jitslab {

/// See VirtualMemory::name.
void nameMapping(uintptr_t Start, size_t Size, const char *Name);

} // namespace jitslab

#endif // JITSLAB_PLATFORM_MAPPINGNAMES_H
