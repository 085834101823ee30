//===- CopiedPages.cpp - What debuggers write -----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CopiedPages.h"
#include "Descriptors.h"
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace jitslab {

namespace {

/// A file of /proc that is about memory, open until this dies.
class MemoryFile {
public:
  MemoryFile(const char *Path, int Flags)
      : File(aboveStdio(open(Path, Flags | O_CLOEXEC))) {}
  ~MemoryFile() {
    if (File >= 0)
      close(File);
  }
  MemoryFile(const MemoryFile &) = delete;
  MemoryFile &operator=(const MemoryFile &) = delete;

  explicit operator bool() const { return File >= 0; }
  operator int() const { return File; }

private:
  const int File;
};

} // namespace

std::error_code overwriteMemory(uintptr_t Start, const void *From,
                                size_t Size) {
  const MemoryFile File("/proc/self/mem", O_WRONLY);
  if (!File)
    return lastError();
  std::error_code EC;
  const auto *Bytes = static_cast<const uint8_t *>(From);
  for (size_t Done = 0; Done != Size && !EC;) {
    ssize_t Written =
        pwrite(File, Bytes + Done, Size - Done, off_t(Start + Done));
    if (Written > 0)
      Done += size_t(Written);
    else if (Written == 0)
      EC = std::make_error_code(std::errc::io_error);
    else if (errno != EINTR)
      EC = lastError();
  }
  return EC;
}

// A number for each page (Documentation/admin-guide/mm/pagemap.rst).
bool mayHaveCopies(uintptr_t Start, size_t Size, size_t PageSize) {
  constexpr uint64_t IsThere = uint64_t(1) << 63 | uint64_t(1) << 62;
  constexpr uint64_t IsOfFile = uint64_t(1) << 61;
  const MemoryFile File("/proc/self/pagemap", O_RDONLY);
  if (!File)
    return true;
  uint64_t Pages[512];
  const size_t End = (Start + Size + PageSize - 1) / PageSize;
  for (size_t Page = Start / PageSize; Page != End;) {
    const size_t Count = std::min(std::size(Pages), End - Page);
    const size_t Bytes = Count * sizeof(uint64_t);
    if (pread(File, Pages, Bytes, off_t(Page * sizeof(uint64_t))) !=
        ssize_t(Bytes))
      return true;
    if (std::any_of(Pages, Pages + Count, [](uint64_t P) {
          return (P & IsThere) && !(P & IsOfFile);
        }))
      return true;
    Page += Count;
  }
  return false;
}

} // namespace jitslab
