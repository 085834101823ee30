//===- PerProtectionLayout.cpp - Equal access rights side by side ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PerProtectionLayout.h"
#include "LanePlacement.h"

using namespace llvm;

namespace jitslab {

std::optional<size_t> PerProtectionLayout::worstCase(const Footprint &F) const {
  return worstCaseInLanes(F);
}

TakeResult PerProtectionLayout::place(Window &W, const Footprint &F,
                                      size_t KeepFree, Allocation &A) {
  return placeInLanes(W, F, KeepFree, A);
}

void PerProtectionLayout::prepareRelease(Allocation &A) {
  prepareReleaseInLanes(A);
}

} // namespace jitslab
