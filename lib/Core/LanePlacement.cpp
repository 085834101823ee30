//===- LanePlacement.cpp - Each kind of segment in its lane ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LanePlacement.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace jitslab {

std::optional<size_t> worstCaseInLanes(const Footprint &F) {
  size_t Sum = 0;
  for (SegmentKind K : AllSegmentKinds) {
    if (F[K].Size > MaxWindowSize || F[K].Align > MaxWindowSize)
      return std::nullopt;
    // Each lane may have to begin a slab.
    if (F[K].Size)
      Sum += alignTo(F[K].Size, SlabSize) + std::max(F[K].Align, SlabSize) -
             SlabSize;
  }
  return Sum;
}

} // namespace jitslab
