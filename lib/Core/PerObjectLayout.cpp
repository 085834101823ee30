//===- PerObjectLayout.cpp - One contiguous block for each object ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PerObjectLayout.h"
#include "../Platform/CodeMemory.h"
#include "SealBatch.h"

using namespace llvm;

namespace jitslab {

/// Offsets of the segments in a block.
struct PerObjectLayout::Block {
  PerSegment<size_t> Begin{}, End{};
  size_t Size = 0;
  size_t Align = 1;
};

static constexpr std::array<SegmentKind, NumSegmentKinds> StraightOrder = {
    SegmentKind::Code, SegmentKind::ROData, SegmentKind::RWData};
static constexpr std::array<SegmentKind, NumSegmentKinds> MirroredOrder = {
    SegmentKind::RWData, SegmentKind::ROData, SegmentKind::Code};

PerObjectLayout::Block PerObjectLayout::arrange(const Footprint &F,
                                                bool Mirrored) const {
  Block B;
  B.Align = VM.pageSize();
  for (SegmentKind K : Mirrored ? MirroredOrder : StraightOrder) {
    if (!F[K].Size)
      continue;
    size_t Align = std::max(F[K].Align, VM.pageSize());
    B.Begin[K] = alignTo(B.Size, Align);
    B.Size = B.End[K] = B.Begin[K] + alignTo(F[K].Size, VM.pageSize());
    B.Align = std::max(B.Align, Align);
  }
  return B;
}

std::optional<size_t> PerObjectLayout::worstCase(const Footprint &F) const {
  size_t Sum = 0, Align = SlabSize;
  for (SegmentKind K : AllSegmentKinds) {
    // Far above any window, far below an overflow of the sum of three.
    constexpr size_t Limit = size_t(1) << 60;
    if (F[K].Size > Limit || F[K].Align > Limit)
      return std::nullopt;
    if (!F[K].Size)
      continue;
    Sum += alignTo(F[K].Size, VM.pageSize()) +
           std::max(F[K].Align, VM.pageSize()) - VM.pageSize();
    Align = std::max(Align, F[K].Align);
  }
  // The block begins at a multiple of the largest alignment, the window at one
  // of SlabSize.
  return Sum + Align - SlabSize;
}

LaneBytes PerObjectLayout::leastBytes(const Footprint &F) const {
  LaneBytes Least{};
  for (SegmentKind K : AllSegmentKinds)
    Least[size_t(Lane::Mixed)] += alignTo(F[K].Size, VM.pageSize());
  return Least;
}

TakeResult PerObjectLayout::place(Window &W, const Footprint &F,
                                  size_t KeepFree, Allocation &A) {
  // With alignments above the page size the two orders can differ in size.
  Block Straight = arrange(F, /*Mirrored=*/false);
  Block Mirrored = arrange(F, /*Mirrored=*/true);
  if (!Straight.Size)
    return {TakeStatus::Taken};
  size_t Size = std::max(Straight.Size, Mirrored.Size);
  TakeResult Taken = W.take(Lane::Mixed, Size, Straight.Align, KeepFree);
  if (Taken.Status != TakeStatus::Taken)
    return Taken;

  bool AfterCode = W.hasKind(Taken.Address - 1, SegmentKind::Code);
  const Block &B =
      AfterCode || !W.hasKind(Taken.Address - 1, SegmentKind::RWData)
          ? Straight
          : Mirrored;
  uintptr_t Unused = Taken.Address;
  for (SegmentKind K : &B == &Straight ? StraightOrder : MirroredOrder) {
    if (!F[K].Size)
      continue;
    AddressRange Pages{Taken.Address + B.Begin[K], Taken.Address + B.End[K]};
    if (Unused != Pages.Begin)
      W.give(Lane::Mixed, {Unused, Pages.Begin});
    Unused = Pages.End;
    W.setKind(Pages, K);
    assign(A, K, F[K], Pages);
  }
  if (Unused != Taken.Address + Size)
    W.give(Lane::Mixed, {Unused, Taken.Address + Size});
  return Taken;
}

void PerObjectLayout::shrink(Window &W, Allocation &A, SegmentKind K,
                             size_t Used) {
  AddressRange Unused = cutOff(A, K, Used);
  W.clearKind(Unused);
  W.give(Lane::Mixed, Unused);
}

bool PerObjectLayout::prepareRelease(Allocation &A) {
  SealBatch Batch;
  bool AllWritable = true;
  for (SegmentKind K : AllSegmentKinds) {
    const Part &P = parts(A)[K];
    AllWritable &= P.Rights == State::Writable;
    // Data is among them although it is writable: it lets the block be one
    // range, so one call.
    Batch.add(owned(A, K), Access::ReadWrite);
  }
  if (!AllWritable && Batch.apply(VM))
    return false;
  if (parts(A)[SegmentKind::Code])
    fillWithTraps(workingAddress(A, SegmentKind::Code),
                  usable(A, SegmentKind::Code).size());
  return true;
}

void PerObjectLayout::release(Window &W, Allocation &A, bool Prepared) {
  for (SegmentKind K : AllSegmentKinds) {
    if (!parts(A)[K])
      continue;
    AddressRange Pages = owned(A, K);
    W.clearKind(Pages);
    if (Prepared)
      W.give(Lane::Mixed, Pages);
    else
      W.giveProtected(Lane::Mixed, Pages);
    own(A, K, {});
  }
}

} // namespace jitslab
