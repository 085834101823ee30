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
#include "jitslab/ArenaOptions.h"
#include "llvm/Support/Errno.h"
#include <algorithm>
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
  if (sys::RetryAfterSignal(-1, ftruncate, M.Descriptor, off_t(Size)) ||
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

/// Older kernels let any signal interrupt it, and undo what it has done.
static bool allocate(const SharedMemory &M, int Mode, size_t Offset,
                     size_t Size) {
  return sys::RetryAfterSignal(-1, fallocate, M.Descriptor, Mode, off_t(Offset),
                               off_t(Size)) == 0;
}

// Slab by slab: a timer's signals would never let the whole of much be done.
std::error_code charge(const SharedMemory &M, size_t Offset, size_t Size) {
  for (size_t Done = 0; Done < Size; Done += SlabSize) {
    if (allocate(M, 0, Offset + Done, std::min(SlabSize, Size - Done)))
      continue;
    // ENOSPC is meant for files, and is what this limit is called here.
    std::error_code EC =
        errno == ENOSPC ? std::make_error_code(std::errc::not_enough_memory)
                        : lastError();
    if (Done)
      (void)punchHole(M, Offset, Done);
    return EC;
  }
  return {};
}

std::error_code chargeIfStrict(const SharedMemory &M, size_t Offset,
                               size_t Size) {
  return isOvercommitStrict() ? charge(M, Offset, Size) : std::error_code();
}

std::error_code punchHole(const SharedMemory &M, size_t Offset, size_t Size) {
  // The system would write zeros into the part of a page.
  if ((Offset | Size) % size_t(sysconf(_SC_PAGESIZE)))
    return std::error_code(EINVAL, std::generic_category());
  if (std::error_code EC = checkDescriptor(M))
    return EC;
  if (!allocate(M, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, Offset, Size))
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
  bool Keeps = allocate(M, 0, 0, PageSize) &&
               madvise(Page, PageSize, MADV_REMOVE) == 0 &&
               fstat(M.Descriptor, &Status) == 0 && Status.st_blocks != 0;
  (void)punchHole(M, 0, PageSize);
  munmap(Page, PageSize);
  return !Keeps;
}

} // namespace jitslab
