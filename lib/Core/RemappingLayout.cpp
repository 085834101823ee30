//===- RemappingLayout.cpp - W^X by changing access rights ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemappingLayout.h"
#include "../Platform/CodeMemory.h"
#include "../Platform/InParts.h"
#include "LanePlacement.h"
#include "SealBatch.h"

using namespace llvm;

namespace jitslab {

// RWData ends as it began.
static constexpr std::array SealedKinds = {SegmentKind::Code,
                                           SegmentKind::ROData};

Expected<LaneBackings> RemappingLayout::backWindow(AddressRange,
                                                   bool HugePages) {
  return LaneBackings(std::make_unique<PrivateBacking>(VM, HugePages));
}

std::error_code RemappingLayout::seal(ArrayRef<Allocation *> Allocations,
                                      bool /*Shown*/) {
  SealBatch Batch;
  for (Allocation *A : Allocations)
    for (SegmentKind K : SealedKinds) {
      Part &P = parts(*A)[K];
      if (!P || P.Rights == State::Sealed)
        continue;
      Batch.add(owned(*A, K), finalRights(laneOf(K)));
      P.Rights = State::Changing;
    }
  if (std::error_code EC = Batch.apply(VM))
    return EC;
  for (Allocation *A : Allocations) {
    for (SegmentKind K : SealedKinds)
      if (Part &P = parts(*A)[K])
        P.Rights = State::Sealed;
    if (parts(*A)[SegmentKind::Code])
      synchronizeInstructions(usable(*A, SegmentKind::Code));
  }
  return {};
}

void RemappingLayout::assign(Allocation &A, SegmentKind K,
                             const SegmentFootprint &F, AddressRange Pages) {
  parts(A)[K].Offset = uint16_t(Colours[K].next(F.Size, Pages.size(), F.Align));
  own(A, K, Pages);
}

TakeResult RemappingLayout::placeInLanes(Window &W, const Footprint &F,
                                         size_t KeepFree, Allocation &A) {
  TakeResult Result = takeFromLanes(
      W, F, KeepFree,
      [&](SegmentKind K, AddressRange Pages, const TakeResult &Taken) {
        assign(A, K, F[K], Pages);
        parts(A)[K].Rights = rightsOf(Taken);
      });
  if (Result.Status != TakeStatus::Taken)
    takeBack(W, A);
  return Result;
}

// Sealed code cannot be filled with traps, so it is dropped: its pages are
// zeros then. Older kernels do not drop what the process has locked: such pages
// are made writable, filled, and made executable again, because writable pages
// would split the lane's mapping. Where that is refused too, the old code
// stays, in pages that nobody refers to any more.
void RemappingLayout::prepareReleaseInLanes(Allocation &A) {
  Part &Code = parts(A)[SegmentKind::Code];
  if (!Code)
    return;
  AddressRange Pages = owned(A, SegmentKind::Code);
  if (Code.Rights != State::Writable) {
    if (!discardInParts(VM, Pages) ||
        protectInParts(VM, Pages, Access::ReadWrite))
      return;
    Code.Rights = State::Changing;
  }
  AddressRange Filled = usable(A, SegmentKind::Code);
  fillWithTraps(workingAddress(A, SegmentKind::Code), Filled.size());
  if (Code.Rights == State::Changing) {
    (void)protectInParts(VM, Pages, Access::ReadExecute);
    synchronizeInstructions(Filled);
  }
}

} // namespace jitslab
