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

TakeResult PerProtectionLayout::place(Window &W, const Footprint &F,
                                      size_t KeepFree, Allocation &A) {
  TakeResult Result =
      takeFromLanes(W, F, KeepFree, [&](SegmentKind K, AddressRange Pages) {
        assign(A, K, F[K], Pages);
      });
  if (Result.Status != TakeStatus::Taken)
    release(W, A);
  return Result;
}

// Sealed code cannot be filled with traps, so it is dropped: its pages are
// zeros then. Older kernels do not drop what the process has locked: such pages
// are made writable, filled, and made executable again, because writable pages
// would split the lane's mapping. Where that is refused too, the old code
// stays, in pages that nobody refers to any more.
void PerProtectionLayout::prepareRelease(Allocation &A) {
  Part &Code = parts(A)[SegmentKind::Code];
  if (!Code)
    return;
  AddressRange Pages = owned(A, SegmentKind::Code);
  if (Code.Rights != State::Writable) {
    if (!VM.discard(Pages.Begin, Pages.size()) ||
        VM.protect(Pages.Begin, Pages.size(), Access::ReadWrite))
      return;
    Code.Rights = State::Changing;
  }
  AddressRange Filled = usable(A, SegmentKind::Code);
  fillWithTraps(workingAddress(A, SegmentKind::Code), Filled.size());
  if (Code.Rights == State::Changing) {
    (void)VM.protect(Pages.Begin, Pages.size(), Access::ReadExecute);
    synchronizeInstructions(Filled);
  }
}

} // namespace jitslab
