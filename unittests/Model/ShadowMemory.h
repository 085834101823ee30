//===- ShadowMemory.h - Memory that knows its rights ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_SHADOWMEMORY_H
#define JITSLAB_UNITTESTS_SHADOWMEMORY_H

#include "Support/WindowMemory.h"
#include "jitslab/Arena.h"
#include <string>
#include <vector>

namespace jitslab {

/// The system's memory with a note of the access rights that each page was
/// given, and of what is mapped twice. So models can ask after each operation,
/// which would take a look at /proc/self/maps otherwise. Not thread-safe.
///
/// Calls that make no sense (on what is not reserved, on half a page, rights
/// that shared memory must not get in a window) are noted as a violation.
class ShadowMemory final : public WindowMemory {
public:
  /// Windows begin at multiples of it, so that it does not depend on the run
  /// what fits where.
  static constexpr size_t WindowAlign = 2 * SlabSize;

  /// True when all of \p R has the access rights \p A.
  bool has(AddressRange R, Access A) const;

  /// Where shared memory runs that is written at \p Working. \p Working itself
  /// where it is not shared.
  uintptr_t executorOf(uintptr_t Working) const;

  /// Descriptions of calls that should not have been made; empty if there were
  /// none.
  const std::string &violations() const { return Violations; }

  llvm::ErrorOr<uintptr_t> reserve(const ReservationRequest &R) override;
  std::error_code release(uintptr_t Start, size_t Size, size_t Guard) override;
  std::error_code protect(uintptr_t Start, size_t Size, Access A) override;
  void populate(uintptr_t Start, size_t Size) override;
  std::error_code discard(uintptr_t Start, size_t Size) override;
  std::error_code mapShared(uintptr_t Start, size_t Size, Access A,
                            const SharedMemory &M, size_t Offset,
                            Sharing S) override;
  std::error_code unmap(uintptr_t Start, size_t Size) override;
  std::error_code discardShared(uintptr_t Start, size_t Size,
                                const SharedMemory &M, size_t Offset) override;

private:
  struct Reservation {
    AddressRange Range;
    bool IsWindow;
    std::vector<Access> Pages;
    /// For each page: 0, or what is mapped there: a number of the file and of
    /// the page in it.
    std::vector<uint64_t> Shared;
  };

  const Reservation *find(AddressRange R) const;
  Reservation *find(AddressRange R);
  Reservation *check(const char *Call, uintptr_t Start, size_t Size);
  void set(uintptr_t Start, size_t Size, Access A, uint64_t FirstShared);
  void violation(const char *What);

  std::vector<Reservation> Reservations;
  std::string Violations;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_SHADOWMEMORY_H
