//===- Descriptors.h - Whose a file descriptor is ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_DESCRIPTORS_H
#define JITSLAB_PLATFORM_DESCRIPTORS_H

#include "VirtualMemory.h"
#include <cerrno>

namespace jitslab {

/// errno as what the functions of VirtualMemory return.
inline std::error_code lastError() {
  return std::error_code(errno, std::generic_category());
}

/// \p Descriptor or, in its place, one above those of stdin, stdout and stderr:
/// in a process that has closed these, what somebody prints must not be written
/// to a file of this library. \returns -1, with errno, if there is none or \p
/// Descriptor is -1.
int aboveStdio(int Descriptor);

/// Fails with EBADF when the descriptor of \p M is closed, or another file's.
std::error_code checkDescriptor(const SharedMemory &M);

/// Closes it if it is that of \p M. \returns false when the system does not say
/// whose it is.
bool closeIfOurs(const SharedMemory &M);

} // namespace jitslab

#endif // JITSLAB_PLATFORM_DESCRIPTORS_H
