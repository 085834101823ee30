//===- SharedFile.cpp - Files of memory, for several mappings -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedFile.h"
#include "Descriptors.h"
#include "ResourceLimits.h"
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

// Linux 6.3 (uapi/linux/memfd.h). Without it vm.memfd_noexec decides; kernels
// that do not know it refuse it with EINVAL, and allow execution.
static constexpr unsigned MfdExec = 0x10;

// Linux 5.1 (uapi/linux/fcntl.h); older C libraries lack the name.
static constexpr int FSealFutureWrite = 0x10;

ErrorOr<SharedMemory> createSharedFile(size_t Size, const char *Name, Seals S) {
  constexpr unsigned Flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  // ftruncate would send SIGXFSZ.
  rlimit Limit;
  if (getrlimit(RLIMIT_FSIZE, &Limit) == 0 && Limit.rlim_cur < Size)
    return std::error_code(EFBIG, std::generic_category());
  SharedMemory M;
  M.Descriptor = memfd_create(Name, Flags | MfdExec);
  if (M.Descriptor < 0 && errno == EINVAL)
    M.Descriptor = memfd_create(Name, Flags);
  M.Descriptor = aboveStdio(M.Descriptor);
  if (M.Descriptor < 0)
    return lastError();
  struct stat Status;
  if (ftruncate(M.Descriptor, off_t(Size)) ||
      fcntl(M.Descriptor, F_ADD_SEALS,
            F_SEAL_SHRINK | F_SEAL_GROW |
                (S == Seals::SizeOnly ? F_SEAL_SEAL : 0)) ||
      fstat(M.Descriptor, &Status)) {
    std::error_code EC = lastError();
    close(M.Descriptor);
    return EC;
  }
  M.Device = Status.st_dev;
  M.Inode = Status.st_ino;
  return M;
}

std::error_code forbidWriting(const SharedMemory &M) {
  if (fcntl(M.Descriptor, F_ADD_SEALS, FSealFutureWrite | F_SEAL_SEAL))
    return lastError();
  return {};
}

std::error_code chargeIfStrict(const SharedMemory &M, size_t Offset,
                               size_t Size) {
  if (!isOvercommitStrict() ||
      fallocate(M.Descriptor, 0, off_t(Offset), off_t(Size)) == 0)
    return {};
  // ENOSPC is meant for files, and is what this limit is called here.
  if (errno == ENOSPC)
    return std::make_error_code(std::errc::not_enough_memory);
  return lastError();
}

std::error_code punchHole(const SharedMemory &M, size_t Offset, size_t Size) {
  // The system would write zeros into the part of a page.
  if ((Offset | Size) % size_t(sysconf(_SC_PAGESIZE)))
    return std::error_code(EINVAL, std::generic_category());
  if (std::error_code EC = checkDescriptor(M))
    return EC;
  if (fallocate(M.Descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                off_t(Offset), off_t(Size)))
    return lastError();
  return {};
}

bool removesWhatIsMapped(const SharedMemory &M, size_t PageSize) {
  void *Page = mmap(nullptr, PageSize, PROT_READ | PROT_WRITE, MAP_SHARED,
                    M.Descriptor, 0);
  if (Page == MAP_FAILED)
    return true; // Errors are told where they matter.
  // Brought in without touching it, which is a signal where there is no memory.
  struct stat Status;
  bool Keeps = fallocate(M.Descriptor, 0, 0, off_t(PageSize)) == 0 &&
               madvise(Page, PageSize, MADV_REMOVE) == 0 &&
               fstat(M.Descriptor, &Status) == 0 && Status.st_blocks != 0;
  (void)punchHole(M, 0, PageSize);
  munmap(Page, PageSize);
  return !Keeps;
}

} // namespace jitslab
