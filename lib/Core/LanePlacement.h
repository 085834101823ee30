//===- LanePlacement.h - Each kind of segment in its lane -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_LANEPLACEMENT_H
#define JITSLAB_CORE_LANEPLACEMENT_H

#include "Window.h"
#include "jitslab/Allocation.h"
#include "llvm/Support/Alignment.h"
#include <algorithm>
#include <optional>

namespace jitslab {

/// The lane of its own that a kind of segment has.
inline Lane laneOf(SegmentKind K) {
  switch (K) {
  case SegmentKind::Code:
    return Lane::Code;
  case SegmentKind::ROData:
    return Lane::ROData;
  case SegmentKind::RWData:
    break;
  }
  return Lane::RWData;
}

/// See LayoutPolicy::worstCase.
std::optional<size_t> worstCaseInLanes(const Footprint &F);

/// See LayoutPolicy::leastBytes, for granules of \p Unit bytes.
LaneBytes leastBytesInLanes(const Footprint &F, size_t Unit);

/// See LayoutPolicy::largestFree.
size_t largestFreeInLanes(const Window &W);

/// Takes whole units of \p Unit bytes for each segment of \p F, and calls
/// \p Assign for each. Stops at the first that cannot be had; what was taken by
/// then is the caller's to give back.
template <typename Fn>
TakeResult takeFromLanes(Window &W, const Footprint &F, size_t Unit,
                         size_t KeepFree, Fn Assign) {
  for (SegmentKind K : AllSegmentKinds) {
    if (!F[K].Size)
      continue;
    size_t Bytes = llvm::alignTo(F[K].Size, llvm::Align(Unit));
    TakeResult Taken =
        W.take(laneOf(K), Bytes, std::max(F[K].Align, Unit), KeepFree);
    if (Taken.Status != TakeStatus::Taken)
      return Taken;
    Assign(K, AddressRange{Taken.Address, Taken.Address + Bytes});
  }
  return {TakeStatus::Taken};
}

} // namespace jitslab

#endif // JITSLAB_CORE_LANEPLACEMENT_H
