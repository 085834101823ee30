//===- ReservationPlaces.h - Where a reservation may lie --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_RESERVATIONPLACES_H
#define JITSLAB_PLATFORM_RESERVATIONPLACES_H

#include "VirtualMemory.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"
#include <optional>

namespace jitslab {

// Addresses at which nothing is mapped now, and the usable part of a
// reservation could begin. Other threads may map there before it does.

/// Bytes of [Low, High) that are free, all gaps together, in which there may be
/// places.
size_t freeBetween(const ReservationRequest &R);

/// The places in [Low, High), those that lie nearest to the middle first; those
/// above R.StacksAbove before all others.
llvm::SmallVector<uintptr_t, 16> placesBetween(const ReservationRequest &R);

/// One of all places, each with the same chance. None where no gap is large
/// enough, and where the mappings or random numbers cannot be read.
std::optional<uintptr_t> randomPlace(const ReservationRequest &R);

/// Whether the usable part would contain the border if it began at \p Start.
inline bool crossesBorder(uintptr_t Start, const ReservationRequest &R) {
  return R.Border && llvm::alignTo(Start, R.Border) < Start + R.Size;
}

} // namespace jitslab

#endif // JITSLAB_PLATFORM_RESERVATIONPLACES_H
