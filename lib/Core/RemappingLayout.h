//===- RemappingLayout.h - W^X by changing access rights --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_REMAPPINGLAYOUT_H
#define JITSLAB_CORE_REMAPPINGLAYOUT_H

#include "Colouring.h"
#include "LayoutPolicy.h"

namespace jitslab {

/// What the layouts share that write where the code will run: pages are
/// writable first, and sealing changes their access rights.
class RemappingLayout : public LayoutPolicy {
public:
  using LayoutPolicy::LayoutPolicy;

  size_t granule() const final { return VM.pageSize(); }
  llvm::Expected<LaneBackings> backWindow(AddressRange Space,
                                          bool HugePages) final;
  bool takesPieces() const final { return false; }
  bool sealsAfterFork() const final { return true; }

  std::error_code seal(llvm::ArrayRef<Allocation *> Allocations,
                       bool Shown) final;

protected:
  /// Makes \p Pages part \p K of \p A. The segment of \p F starts somewhere in
  /// them that suits its alignment and the caches.
  void assign(Allocation &A, SegmentKind K, const SegmentFootprint &F,
              AddressRange Pages);

  /// LayoutPolicy::place, each segment in its lane.
  TakeResult placeInLanes(Window &W, const Footprint &F, size_t KeepFree,
                          Allocation &A);
  /// LayoutPolicy::prepareRelease for what lies in lanes.
  void prepareReleaseInLanes(Allocation &A);

private:
  PerSegment<Colouring> Colours;
};

} // namespace jitslab

#endif // JITSLAB_CORE_REMAPPINGLAYOUT_H
