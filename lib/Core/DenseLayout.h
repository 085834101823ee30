//===- DenseLayout.h - Packed objects, written elsewhere --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_DENSELAYOUT_H
#define JITSLAB_CORE_DENSELAYOUT_H

#include "LayoutPolicy.h"

namespace jitslab {

/// Layout::Dense: code, read-only data and data in lanes of their own, in
/// granules of a cache line. Code and read-only data are written through a view
/// of their own, so no access rights ever change.
class DenseLayout : public LayoutPolicy {
public:
  using LayoutPolicy::LayoutPolicy;

  size_t granule() const override;
  Lane laneFor(SegmentKind K) const override { return laneOf(K); }
  llvm::Expected<LaneBackings> backWindow(AddressRange Space,
                                          bool HugePages) override;
  bool takesPieces() const override { return true; }
  bool sharesBlocks() const override { return false; }
  bool sealsAfterFork() const override { return false; }

  std::optional<size_t> worstCase(const Footprint &F) const override;
  TakeResult place(Window &W, const Footprint &F, size_t KeepFree,
                   Allocation &A) override;
  bool enlarge(Window &W, Allocation &A, SegmentKind K, size_t Used,
               const SegmentFootprint &F) override;
  std::error_code show(const Allocation &A) override;
  std::error_code seal(llvm::ArrayRef<Allocation *> Allocations,
                       bool Shown) override;
  void prepareRelease(Allocation &A) override;

protected:
  /// What seal does for code of \p A that is to run at \p R.
  virtual std::error_code publish(const Allocation &A, AddressRange R,
                                  bool Shown);
};

} // namespace jitslab

#endif // JITSLAB_CORE_DENSELAYOUT_H
