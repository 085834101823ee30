//===- SharedFile.h - Files of memory, for several mappings -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_SHAREDFILE_H
#define JITSLAB_PLATFORM_SHAREDFILE_H

#include "VirtualMemory.h"

namespace jitslab {

/// What else is to be forbidden of shared memory.
enum class Seals : uint8_t {
  /// Nothing: who has the descriptor may write.
  SizeOnly,
  /// Something, by forbidWriting.
  MoreLater
};

/// See VirtualMemory::createShared.
llvm::ErrorOr<SharedMemory> createSharedFile(size_t Size, const char *Name,
                                             Seals S = Seals::SizeOnly);

/// Nobody can map \p M writable from now on, nor write it in another way, but
/// through mappings that there are already; for ever. Holes cannot be punched
/// either (fcntl(2), F_SEAL_FUTURE_WRITE, Linux 5.1).
std::error_code forbidWriting(const SharedMemory &M);

/// Backs what nobody uses yet. A failure, which is ENOMEM where there is no
/// memory, leaves nothing of it backed.
std::error_code charge(const SharedMemory &M, size_t Offset, size_t Size);

/// Shared memory is charged when it is touched, and where the commit limit is
/// reached by then, that is SIGBUS. Where there is such a limit, it is charged
/// at once instead, which can be refused.
std::error_code chargeIfStrict(const SharedMemory &M, size_t Offset,
                               size_t Size);

/// Gives back the memory of whole pages of \p M, locked or not.
std::error_code punchHole(const SharedMemory &M, size_t Offset, size_t Size);

/// False where MADV_REMOVE says yes and does nothing (qemu-user 7.2 passes
/// neither it nor an error on). \p M must be empty still, and is left so.
bool removesWhatIsMapped(const SharedMemory &M, size_t PageSize);

} // namespace jitslab

#endif // JITSLAB_PLATFORM_SHAREDFILE_H
