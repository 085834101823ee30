//===- Reservation.h - Address space between guards -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_RESERVATION_H
#define JITSLAB_CORE_RESERVATION_H

#include "../Platform/AddressSpace.h"
#include "../Platform/VirtualMemory.h"
#include "GuardBytes.h"
#include <utility>

namespace jitslab {

/// Owns reserved address space, with guards before and after it.
class Reservation {
public:
  /// Reserves what \p R describes; its Guard is filled in here.
  static llvm::ErrorOr<Reservation> create(VirtualMemory &VM,
                                           ReservationRequest R) {
    R.Guard = guardBytes(VM);
    llvm::ErrorOr<uintptr_t> Start = VM.reserve(R);
    if (!Start)
      return Start.getError();
    return Reservation(VM, {*Start, *Start + R.Size});
  }

  Reservation(Reservation &&Other) noexcept
      : VM(Other.VM), Range(std::exchange(Other.Range, {})) {}
  Reservation &operator=(Reservation &&) = delete;
  ~Reservation() {
    if (Range.size())
      (void)VM.release(Range.Begin, Range.size(), guardBytes(VM));
  }

  /// The usable part.
  AddressRange range() const { return Range; }

private:
  Reservation(VirtualMemory &VM, AddressRange R) : VM(VM), Range(R) {}

  VirtualMemory &VM;
  AddressRange Range;
};

} // namespace jitslab

#endif // JITSLAB_CORE_RESERVATION_H
