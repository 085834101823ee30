//===- ProcFile.h - Reading /proc without the heap --------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_PROCFILE_H
#define JITSLAB_PLATFORM_PROCFILE_H

#include "Descriptors.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace jitslab {

/// Calls \p Visit with each line of \p Path, without its end. Takes no memory
/// from the heap: it is used to find out why there is none left. Longer lines
/// than any of /proc/self/maps are cut. \returns false if the file cannot be
/// opened.
template <typename Fn> bool forEachLine(const char *Path, Fn Visit) {
  int File = aboveStdio(open(Path, O_RDONLY | O_CLOEXEC));
  if (File < 0)
    return false;
  // A path of PATH_MAX (4096 bytes) behind the numbers of a mapping.
  char Buffer[8192];
  size_t Filled = 0;
  for (;;) {
    ssize_t Got = read(File, Buffer + Filled, sizeof(Buffer) - Filled);
    if (Got < 0 && errno == EINTR)
      continue;
    if (Got > 0)
      Filled += size_t(Got);
    llvm::StringRef Rest(Buffer, Filled);
    for (size_t End; (End = Rest.find('\n')) != llvm::StringRef::npos;
         Rest = Rest.drop_front(End + 1))
      Visit(Rest.take_front(End));
    if (Got <= 0 || Rest.size() == sizeof(Buffer)) {
      if (!Rest.empty())
        Visit(Rest);
      if (Got <= 0)
        break;
      Rest = {};
    }
    std::copy(Rest.begin(), Rest.end(), Buffer);
    Filled = Rest.size();
  }
  close(File);
  return true;
}

} // namespace jitslab

#endif // JITSLAB_PLATFORM_PROCFILE_H
