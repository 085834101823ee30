//===- PerProtectionLayout.cpp - Equal access rights side by side ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PerProtectionLayout.h"
#include "../Platform/CodeMemory.h"
#include "LanePlacement.h"

using namespace llvm;

namespace jitslab {

std::optional<size_t> PerProtectionLayout::worstCase(const Footprint &F) const {
  return worstCaseInLanes(F);
}

LaneBytes PerProtectionLayout::leastBytes(const Footprint &F) const {
  return leastBytesInLanes(F, VM.pageSize());
}

size_t PerProtectionLayout::largestFree(const Window &W) const {
  return largestFreeInLanes(W);
}

TakeResult PerProtectionLayout::place(Window &W, const Footprint &F,
                                      size_t KeepFree, Allocation &A) {
  TakeResult Result = takeFromLanes(
      W, F, VM.pageSize(), KeepFree,
      [&](SegmentKind K, AddressRange Pages) { assign(A, K, F[K], Pages); });
  if (Result.Status != TakeStatus::Taken)
    release(W, A, /*Prepared=*/true);
  return Result;
}

void PerProtectionLayout::shrink(Window &W, Allocation &A, SegmentKind K,
                                 size_t Used) {
  W.give(laneOf(K), cutOff(A, K, Used));
}

// Code that cannot be written, and so not be filled with traps, is dropped:
// what the pages hold then is zeros. Where that is refused (older kernels do
// for what the process has locked) they are made writable for as long as it
// takes: for ever, they would split the lane's mapping. A system that refuses
// this too leaves the old code in pages that nobody refers to any more.
bool PerProtectionLayout::prepareRelease(Allocation &A) {
  Part &Code = parts(A)[SegmentKind::Code];
  if (!Code)
    return true;
  AddressRange Pages = owned(A, SegmentKind::Code);
  if (Code.Rights != State::Writable) {
    if (!VM.discard(Pages.Begin, Pages.size()) ||
        VM.protect(Pages.Begin, Pages.size(), Access::ReadWrite))
      return true;
    Code.Rights = State::Changing;
  }
  AddressRange Filled = usable(A, SegmentKind::Code);
  fillWithTraps(workingAddress(A, SegmentKind::Code), Filled.size());
  if (Code.Rights == State::Changing) {
    (void)VM.protect(Pages.Begin, Pages.size(), Access::ReadExecute);
    synchronizeInstructions(Filled);
  }
  return true;
}

void PerProtectionLayout::release(Window &W, Allocation &A, bool /*Prepared*/) {
  for (SegmentKind K : AllSegmentKinds) {
    const Part &P = parts(A)[K];
    if (!P)
      continue;
    if (P.Rights == State::Writable)
      W.give(laneOf(K), owned(A, K));
    else
      W.giveProtected(laneOf(K), owned(A, K));
    own(A, K, {});
  }
}

} // namespace jitslab
