//===- CodeMemory.cpp - Instruction fetches and written code --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CodeMemory.h"
#include "Descriptors.h"
#include "llvm/Support/Memory.h"
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace jitslab {

// Linux 4.16 (uapi/linux/membarrier.h); older headers lack the names.
static constexpr int MembarrierSyncCore = 1 << 5;
static constexpr int MembarrierRegisterSyncCore = 1 << 6;

static long membarrier(int Command) {
  return syscall(SYS_membarrier, Command, 0, 0);
}

void synchronizeInstructions(AddressRange R) {
  llvm::sys::Memory::InvalidateInstructionCache(
      reinterpret_cast<const void *>(R.Begin), R.size());
}

// EPERM: the process has not said yet that it will do so. Its children need
// not, and saying it again does no harm.
void synchronizeThreads() {
  if (membarrier(MembarrierSyncCore) && errno == EPERM &&
      membarrier(MembarrierRegisterSyncCore) == 0)
    (void)membarrier(MembarrierSyncCore);
}

std::error_code overwriteMemory(uintptr_t Start, const void *From,
                                size_t Size) {
  const int File = aboveStdio(open("/proc/self/mem", O_WRONLY | O_CLOEXEC));
  if (File < 0)
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
  close(File);
  return EC;
}

void fillWithTraps(uint8_t *Start, size_t Size) {
#if defined(__x86_64__)
  memset(Start, 0xCC, Size);
#elif defined(__aarch64__)
  constexpr uint32_t Brk0 = 0xD4200000;
  size_t Aligned = (4 - reinterpret_cast<uintptr_t>(Start) % 4) % 4;
  if (Aligned >= Size)
    return;
  for (size_t I = Aligned; I + sizeof(Brk0) <= Size; I += sizeof(Brk0))
    memcpy(Start + I, &Brk0, sizeof(Brk0));
#else
#error "no trap instruction is known for this architecture"
#endif
}

} // namespace jitslab
