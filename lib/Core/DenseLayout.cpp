//===- DenseLayout.cpp - Packed objects, written elsewhere ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DenseLayout.h"
#include "../Platform/CodeMemory.h"
#include "../Platform/Fork.h"
#include "LanePlacement.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

std::optional<size_t> DenseLayout::worstCase(const Footprint &F) const {
  return worstCaseInLanes(F);
}

size_t DenseLayout::largestFree(const Window &W) const {
  return largestFreeInLanes(W);
}

TakeResult DenseLayout::place(Window &W, const Footprint &F, size_t KeepFree,
                              Allocation &A) {
  TakeResult Result = takeFromLanes(
      W, F, W.granule(), KeepFree, [&](SegmentKind K, AddressRange R) {
        parts(A)[K].Begin = R.Begin;
        parts(A)[K].End = R.End;
      });
  if (Result.Status != TakeStatus::Taken)
    release(W, A, /*Prepared=*/true);
  return Result;
}

bool DenseLayout::enlarge(Window &W, Allocation &A, SegmentKind K, size_t Used,
                          const SegmentFootprint &F) {
  Part &P = parts(A)[K];
  if (!P) {
    Footprint Only;
    Only[K] = F;
    return takeFromLanes(W, Only, W.granule(), /*KeepFree=*/0,
                         [&](SegmentKind, AddressRange R) {
                           P.Begin = R.Begin;
                           P.End = R.End;
                         })
               .Status == TakeStatus::Taken;
  }
  if (F.Size > W.size() || F.Align > W.size())
    return false;
  uintptr_t Wanted = alignTo(P.Begin + Used, F.Align) + F.Size;
  if (Wanted <= P.End)
    return true;
  AddressRange More{P.End, alignTo(Wanted, W.granule())};
  if (!W.takeFront(laneOf(K), More))
    return false;
  P.End = More.End;
  return true;
}

void DenseLayout::shrink(Window &W, Allocation &A, SegmentKind K, size_t Used) {
  Part &P = parts(A)[K];
  AddressRange Unused{alignTo(P.Begin + Used, W.granule()), P.End};
  if (Unused.Begin == Unused.End)
    return;
  P.End = Unused.Begin;
  if (!P)
    P = Part();
  W.give(laneOf(K), Unused);
}

// Both views show the same memory, and stores through one are seen by loads and
// fetches through the other: data caches behave as physically tagged ones. On
// AArch64 instruction fetches need what they always need, cleaning the data
// cache by any address of the memory and invalidating the instruction cache by
// the address that is executed (Arm ARM, DDI 0487, B2.4.4 and D7.5.9): both are
// done through the executor view, which is readable.
std::error_code DenseLayout::seal(ArrayRef<Allocation *> Allocations) {
  for (Allocation *A : Allocations) {
    const Part &Code = parts(*A)[SegmentKind::Code];
    if (Code && Code.Rights != State::Sealed)
      synchronizeInstructions(Code.Begin, Code.usable());
    for (SegmentKind K : {SegmentKind::Code, SegmentKind::ROData})
      parts(*A)[K].Rights = State::Sealed;
  }
  return {};
}

// After a fork the other process may be executing it.
bool DenseLayout::prepareRelease(Allocation &A) {
  Part &Code = parts(A)[SegmentKind::Code];
  if (Code && forksBefore(A) == forkCount())
    fillWithTraps(workingAddress(A, SegmentKind::Code), Code.usable());
  return true;
}

void DenseLayout::release(Window &W, Allocation &A, bool /*Prepared*/) {
  for (SegmentKind K : AllSegmentKinds) {
    Part &P = parts(A)[K];
    if (P)
      W.give(laneOf(K), {P.Begin, P.End});
    P = Part();
  }
}

} // namespace jitslab
