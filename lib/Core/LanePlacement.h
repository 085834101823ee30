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

/// See LayoutPolicy::worstCase.
std::optional<size_t> worstCaseInLanes(const Footprint &F);

/// Takes whole granules for each segment of \p F, and calls \p Assign for each,
/// with its kind, its range and what take said. Stops at the first that cannot
/// be had; what was taken by then is the caller's to give back.
///
/// Code and data come first: they begin at the two ends of the window, so that
/// one which is as large as the object leaves what is between in one piece.
template <typename Fn>
TakeResult takeFromLanes(Window &W, const Footprint &F, size_t KeepFree,
                         Fn Assign) {
  for (SegmentKind K :
       {SegmentKind::Code, SegmentKind::RWData, SegmentKind::ROData}) {
    if (!F[K].Size)
      continue;
    size_t Bytes = llvm::alignTo(F[K].Size, llvm::Align(W.granule()));
    TakeResult Taken =
        W.take(laneOf(K), Bytes, std::max(F[K].Align, W.granule()), KeepFree);
    if (Taken.Status != TakeStatus::Taken)
      return Taken;
    Assign(K, AddressRange{Taken.Address, Taken.Address + Bytes}, Taken);
  }
  return {TakeStatus::Taken};
}

} // namespace jitslab

#endif // JITSLAB_CORE_LANEPLACEMENT_H
