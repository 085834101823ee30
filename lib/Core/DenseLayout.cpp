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
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

std::optional<size_t> DenseLayout::worstCase(const Footprint &F) const {
  return worstCaseInLanes(F);
}

LaneBytes DenseLayout::leastBytes(const Footprint &F) const {
  return leastBytesInLanes(F, DenseGranule);
}

size_t DenseLayout::largestFree(const Window &W) const {
  return largestFreeInLanes(W);
}

TakeResult DenseLayout::place(Window &W, const Footprint &F, size_t KeepFree,
                              Allocation &A) {
  TakeResult Result =
      takeFromLanes(W, F, W.granule(), KeepFree,
                    [&](SegmentKind K, AddressRange R) { own(A, K, R); });
  if (Result.Status != TakeStatus::Taken)
    release(W, A, /*Prepared=*/true);
  return Result;
}

bool DenseLayout::enlarge(Window &W, Allocation &A, SegmentKind K, size_t Used,
                          const SegmentFootprint &F) {
  if (F.Size > W.size() || F.Align > W.size())
    return false;
  if (!parts(A)[K]) {
    size_t Bytes = alignTo(F.Size, Align(W.granule()));
    TakeResult Taken = W.take(laneOf(K), Bytes, std::max(F.Align, W.granule()),
                              /*KeepFree=*/0);
    if (Taken.Status != TakeStatus::Taken)
      return false;
    own(A, K, {Taken.Address, Taken.Address + Bytes});
    return true;
  }
  AddressRange Has = owned(A, K);
  uintptr_t Wanted = alignTo(Has.Begin + Used, Align(F.Align)) + F.Size;
  if (Wanted <= Has.End)
    return true;
  AddressRange More{Has.End, alignTo(Wanted, Align(W.granule()))};
  if (!W.takeFront(laneOf(K), More))
    return false;
  own(A, K, {Has.Begin, More.End});
  return true;
}

void DenseLayout::shrink(Window &W, Allocation &A, SegmentKind K, size_t Used) {
  AddressRange Has = owned(A, K);
  AddressRange Unused{alignTo(Has.Begin + Used, Align(W.granule())), Has.End};
  own(A, K, {Has.Begin, Unused.Begin});
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
      synchronizeInstructions(usable(*A, SegmentKind::Code));
    for (SegmentKind K : {SegmentKind::Code, SegmentKind::ROData})
      if (Part &P = parts(*A)[K])
        P.Rights = State::Sealed;
  }
  return {};
}

// After a fork the other process may be executing it. Instruction caches that
// are not coherent (AArch64) would go on running it, so they are told, at the
// price of a seal; on x86-64 that is nothing.
bool DenseLayout::prepareRelease(Allocation &A) {
  if (!parts(A)[SegmentKind::Code] || forksBefore(A) != forkCount())
    return true;
  AddressRange Code = usable(A, SegmentKind::Code);
  fillWithTraps(workingAddress(A, SegmentKind::Code), Code.size());
  synchronizeInstructions(Code);
  return true;
}

void DenseLayout::release(Window &W, Allocation &A, bool /*Prepared*/) {
  for (SegmentKind K : AllSegmentKinds) {
    if (parts(A)[K])
      W.give(laneOf(K), owned(A, K));
    own(A, K, {});
  }
}

} // namespace jitslab
