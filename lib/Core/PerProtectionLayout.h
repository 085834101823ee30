//===- PerProtectionLayout.h - Equal access rights side by side -*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_PERPROTECTIONLAYOUT_H
#define JITSLAB_CORE_PERPROTECTIONLAYOUT_H

#include "RemappingLayout.h"

namespace jitslab {

/// Layout::PerProtection: code, read-only data and data in lanes of their own,
/// in whole pages. What is freed keeps its access rights until it is used
/// again: turning single pages of a lane writable would split its mapping in
/// three.
class PerProtectionLayout final : public RemappingLayout {
public:
  using RemappingLayout::RemappingLayout;

  Lane laneFor(SegmentKind K) const override { return laneOf(K); }
  bool sharesBlocks() const override { return true; }

  std::optional<size_t> worstCase(const Footprint &F) const override;
  TakeResult place(Window &W, const Footprint &F, size_t KeepFree,
                   Allocation &A) override;
  void prepareRelease(Allocation &A) override;
};

} // namespace jitslab

#endif // JITSLAB_CORE_PERPROTECTIONLAYOUT_H
