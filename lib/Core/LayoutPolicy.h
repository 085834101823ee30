//===- LayoutPolicy.h - How objects lie in a window -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_LAYOUTPOLICY_H
#define JITSLAB_CORE_LAYOUTPOLICY_H

#include "LanePlacement.h"
#include "Window.h"
#include "jitslab/Allocation.h"
#include "llvm/ADT/ArrayRef.h"
#include <memory>

namespace jitslab {

/// Decides where an object's segments lie and how they change their access
/// rights. One for each arena.
class LayoutPolicy {
public:
  virtual ~LayoutPolicy();

  static std::unique_ptr<LayoutPolicy> create(Layout L, VirtualMemory &VM);

  /// The most window bytes that \p F can need: more than this is never
  /// taken. No value when the sum overflows.
  virtual std::optional<size_t> worstCase(const Footprint &F) const = 0;

  /// What \p F takes from each lane at least, in whole granules.
  virtual LaneBytes leastBytes(const Footprint &F) const = 0;

  /// The largest block that one segment could still get from \p W, alignment
  /// aside.
  virtual size_t largestFree(const Window &W) const = 0;

  /// Takes memory for \p F from \p W and fills in \p A's parts. Called with the
  /// arena's lock held.
  virtual TakeResult place(Window &W, const Footprint &F, size_t KeepFree,
                           Allocation &A) = 0;

  /// See Arena::enlarge. Called with the arena's lock held.
  virtual bool enlarge(Window & /*W*/, Allocation & /*A*/, SegmentKind /*K*/,
                       size_t /*Used*/, const SegmentFootprint & /*F*/) {
    return false;
  }

  /// Gives part \p K of \p A back beyond its first \p Used bytes, which is all
  /// of it or at least a granule. Called with the arena's lock held.
  virtual void shrink(Window &W, Allocation &A, SegmentKind K, size_t Used) = 0;

  /// See Arena::seal. Called without the lock.
  virtual std::error_code seal(llvm::ArrayRef<Allocation *> Allocations) = 0;

  /// Makes what \p A owns fit to be given back. Called without the lock.
  /// \returns whether all of it is writable now.
  virtual bool prepareRelease(Allocation &A) = 0;

  /// Gives what \p A owns back to \p W; \p Prepared is what prepareRelease has
  /// returned. Called with the arena's lock held.
  virtual void release(Window &W, Allocation &A, bool Prepared) = 0;

  /// Where part \p K of \p A can be executed and read.
  static AddressRange usable(const Allocation &A, SegmentKind K) {
    AddressRange R = owned(A, K);
    R.Begin += A.Parts[K].Offset;
    return R;
  }
  /// Where part \p K of \p A can be written, sealed or not.
  static uint8_t *workingAddress(const Allocation &A, SegmentKind K) {
    return reinterpret_cast<uint8_t *>(usable(A, K).Begin +
                                       A.Home->workingOffset(laneOf(K)));
  }

protected:
  // Allocation lets policies at its parts; derived classes come through here.
  using Part = Allocation::Part;
  using State = Allocation::State;
  static PerSegment<Part> &parts(Allocation &A) { return A.Parts; }
  /// What \p A owns of \p K.
  static AddressRange owned(const Allocation &A, SegmentKind K) {
    uintptr_t Base = A.Home->begin();
    return {Base + A.Parts[K].Begin, Base + A.Parts[K].End};
  }
  /// Says that \p A owns \p R for \p K; nothing of it if it is empty.
  static void own(Allocation &A, SegmentKind K, AddressRange R) {
    Part &P = A.Parts[K];
    if (R.Begin == R.End) {
      P = Part();
      return;
    }
    P.Begin = uint32_t(R.Begin - A.Home->begin());
    P.End = uint32_t(R.End - A.Home->begin());
  }
  static uint32_t forksBefore(const Allocation &A) { return A.Forks; }
};

} // namespace jitslab

#endif // JITSLAB_CORE_LAYOUTPOLICY_H
