//===- VirtualMemory.h - The seam to the operating system -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Everything that jitslab asks of the operating system's memory management
/// goes through this interface. Hosts use VirtualMemory::system(); tests put a
/// double in its place that counts calls and makes the n-th one fail.
///
/// All addresses and sizes are in bytes. Except where a function says
/// otherwise, they have to be multiples of pageSize(). A function that fails
/// returns the system's errno and leaves everything as it was.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_VIRTUALMEMORY_H
#define JITSLAB_VIRTUALMEMORY_H

#include "jitslab/ABI.h"
#include "llvm/Support/ErrorOr.h"
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace jitslab {

/// What a page may be used for. There is no value for "writable and
/// executable": such a page cannot be asked for.
enum class Access : uint8_t { None, ReadOnly, ReadWrite, ReadExecute };

/// How a reservation has to lie.
struct ReservationRequest {
  /// Usable bytes, a multiple of the page size.
  size_t Size = 0;
  /// Alignment of the usable part: a power of two, at least the page size.
  size_t Align = 0;
  /// Bytes before and after the usable part that stay inaccessible for ever.
  size_t Guard = 0;
  /// The usable part has to lie in [Low, High); both 0: anywhere. The position
  /// that is nearest to the middle of the two is preferred.
  uintptr_t Low = 0, High = 0;
};

/// Thread-safe: every function may be called from several threads at once, as
/// long as they name different pages.
class JITSLAB_ABI VirtualMemory {
public:
  virtual ~VirtualMemory();

  /// The process's own memory. Lives as long as the process, holds no state.
  static VirtualMemory &system();

  /// The size of a page in bytes, as the running kernel has it.
  virtual size_t pageSize() const = 0;

  /// Reserves address space without access rights; no memory is charged for it.
  /// \returns the start of the usable part. Fails with ENOMEM when there is no
  /// room (or RLIMIT_AS is reached), with EADDRNOTAVAIL when there is none in
  /// [Low, High).
  virtual llvm::ErrorOr<uintptr_t> reserve(const ReservationRequest &R) = 0;

  /// Ends a reservation made with the same Size and Guard.
  virtual std::error_code release(uintptr_t Start, size_t Size,
                                  size_t Guard) = 0;

  /// Changes the access rights of pages of a reservation. A failure can leave
  /// the front part of the range changed (that is what mprotect promises).
  virtual std::error_code protect(uintptr_t Start, size_t Size, Access A) = 0;

  /// Backs writable pages with memory now instead of at the first touch. Only
  /// an optimisation: it may do nothing, and a failure is not an error.
  virtual void populate(uintptr_t Start, size_t Size) = 0;

  /// Drops the contents of pages and gives their memory back; the addresses
  /// stay reserved with the access rights that they had.
  virtual std::error_code discard(uintptr_t Start, size_t Size) = 0;

  /// Asks for huge pages. Only an optimisation, like populate.
  virtual void adviseHugePages(uintptr_t Start, size_t Size) = 0;
};

} // namespace jitslab

#endif // JITSLAB_VIRTUALMEMORY_H
