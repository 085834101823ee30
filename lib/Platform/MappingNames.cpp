//===- MappingNames.cpp - Names of private memory -------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MappingNames.h"
#include <cerrno>
#include <sys/prctl.h>

namespace jitslab {

// Linux 5.17 (uapi/linux/prctl.h); older headers lack the names.
static constexpr int PrSetVma = 0x53564d41;
static constexpr unsigned long PrSetVmaAnonName = 0;

void nameMapping(uintptr_t Start, size_t Size, const char *Name) {
  // Many kernels refuse each call (EINVAL), and nobody asks for the result.
  const int Before = errno;
  (void)prctl(PrSetVma, PrSetVmaAnonName, Start, Size, Name);
  errno = Before;
}

} // namespace jitslab
