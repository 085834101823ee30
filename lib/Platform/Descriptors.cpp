//===- Descriptors.cpp - Whose a file descriptor is -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Descriptors.h"
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jitslab {

int aboveStdio(int Descriptor) {
  if (Descriptor < 0 || Descriptor > STDERR_FILENO)
    return Descriptor;
  int Above = fcntl(Descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  int Reason = errno;
  close(Descriptor);
  errno = Reason;
  return Above;
}

std::error_code checkDescriptor(const SharedMemory &M) {
  struct stat Status;
  if (fstat(M.Descriptor, &Status))
    return lastError();
  if (Status.st_dev != M.Device || Status.st_ino != M.Inode)
    return std::error_code(EBADF, std::generic_category());
  return {};
}

bool closeIfOurs(const SharedMemory &M) {
  std::error_code EC = checkDescriptor(M);
  if (!EC)
    close(M.Descriptor);
  return !EC || EC == std::errc::bad_file_descriptor;
}

} // namespace jitslab
