//===- PerProtectionLayout.cpp - Equal access rights side by side ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PerProtectionLayout.h"
#include "../Platform/CodeMemory.h"

using namespace llvm;

namespace jitslab {

static Lane laneOf(SegmentKind K) {
  switch (K) {
  case SegmentKind::Code:
    return Lane::Code;
  case SegmentKind::ROData:
    return Lane::ROData;
  case SegmentKind::RWData:
    return Lane::RWData;
  }
  return Lane::RWData;
}

std::optional<size_t> PerProtectionLayout::worstCase(const Footprint &F) const {
  size_t Sum = 0;
  for (SegmentKind K : AllSegmentKinds) {
    if (F[K].Size > MaxWindowSize || F[K].Align > MaxWindowSize)
      return std::nullopt;
    // Each lane may have to begin a slab.
    if (F[K].Size)
      Sum += alignTo(F[K].Size, SlabSize) + std::max(F[K].Align, SlabSize) -
             SlabSize;
  }
  return Sum;
}

size_t PerProtectionLayout::largestFree(const Window &W) const {
  size_t Largest = 0;
  for (SegmentKind K : AllSegmentKinds)
    Largest = std::max(Largest, W.largestFree(laneOf(K)));
  return Largest;
}

TakeResult PerProtectionLayout::place(Window &W, const Footprint &F,
                                      size_t KeepFree, Allocation &A) {
  for (SegmentKind K : AllSegmentKinds) {
    if (!F[K].Size)
      continue;
    size_t Bytes = alignTo(F[K].Size, VM.pageSize());
    TakeResult Taken =
        W.take(laneOf(K), Bytes, std::max(F[K].Align, VM.pageSize()), KeepFree);
    if (Taken.Status != TakeStatus::Taken) {
      release(W, A, /*Prepared=*/true);
      return Taken;
    }
    assign(A, K, F[K], {Taken.Address, Taken.Address + Bytes});
  }
  return {TakeStatus::Taken};
}

void PerProtectionLayout::shrink(Window &W, Allocation &A, SegmentKind K,
                                 size_t Used) {
  AddressRange Unused = cutOff(parts(A)[K], Used);
  if (Unused.size())
    W.give(laneOf(K), Unused);
}

// Code that cannot be written, and so not be filled with traps, is dropped:
// what the pages hold then is zeros. A refusal leaves the old code in pages
// that nobody refers to any more.
bool PerProtectionLayout::prepareRelease(Allocation &A) {
  const Part &Code = parts(A)[SegmentKind::Code];
  if (Code.Begin == Code.End)
    return true;
  if (Code.Rights == State::Writable)
    fillWithTraps(Code.Usable.Working, Code.Usable.Size);
  else
    (void)VM.discard(Code.Begin, Code.End - Code.Begin);
  return true;
}

void PerProtectionLayout::release(Window &W, Allocation &A, bool /*Prepared*/) {
  for (SegmentKind K : AllSegmentKinds) {
    Part &P = parts(A)[K];
    if (P.Begin == P.End)
      continue;
    if (P.Rights == State::Writable || K == SegmentKind::RWData)
      W.give(laneOf(K), {P.Begin, P.End});
    else
      W.giveProtected(laneOf(K), {P.Begin, P.End});
    P = Part();
  }
}

} // namespace jitslab
