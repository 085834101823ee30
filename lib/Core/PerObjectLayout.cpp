//===- PerObjectLayout.cpp - One contiguous block for each object ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PerObjectLayout.h"
#include "../Platform/CodeMemory.h"
#include "LanePlacement.h"
#include "SealBatch.h"

#include <utility>

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
  std::optional<size_t> Most = largestBlock(F);
  if (!Most || !Share.isUsedUp())
    return Most;
  // What is too large for lanes gets a block.
  std::optional<size_t> InLanes = worstCaseInLanes(F);
  return InLanes && *InLanes <= MaxWindowSize - SlabSize
             ? std::max(*Most, *InLanes)
             : Most;
}

std::optional<size_t> PerObjectLayout::largestBlock(const Footprint &F) const {
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

// Blocks stop at a share of the mappings, which leaves some: an object that no
// lane has room for may have two more.
TakeResult PerObjectLayout::place(Window &W, const Footprint &F,
                                  size_t KeepFree, Allocation &A) {
  if (Share.isUsedUp()) {
    TakeResult Taken = placeInLanes(W, F, KeepFree, A);
    inLanes(A) = Taken.Status == TakeStatus::Taken;
    if (Taken.Status != TakeStatus::Full)
      return Taken;
  }
  TakeResult Taken = placeBlock(W, F, KeepFree, A);
  if (Taken.Status == TakeStatus::Taken) {
    mappings(A) = uint16_t(MappingShare::needs(F));
    MappingShare::take(mappings(A));
  }
  return Taken;
}

TakeResult PerObjectLayout::placeBlock(Window &W, const Footprint &F,
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

  bool AfterCode = W.kinds().has(Taken.Address - 1, SegmentKind::Code);
  const Block &B =
      AfterCode || !W.kinds().has(Taken.Address - 1, SegmentKind::RWData)
          ? Straight
          : Mirrored;
  uintptr_t Unused = Taken.Address;
  for (SegmentKind K : &B == &Straight ? StraightOrder : MirroredOrder) {
    if (!F[K].Size)
      continue;
    AddressRange Pages{Taken.Address + B.Begin[K], Taken.Address + B.End[K]};
    if (Unused != Pages.Begin)
      giveBack(W, {Unused, Pages.Begin}, rightsOf(Taken));
    Unused = Pages.End;
    W.kinds().set(Pages, K);
    assign(A, K, F[K], Pages);
    parts(A)[K].Rights = rightsOf(Taken);
  }
  if (Unused != Taken.Address + Size)
    giveBack(W, {Unused, Taken.Address + Size}, rightsOf(Taken));
  return Taken;
}

void PerObjectLayout::prepareRelease(Allocation &A) {
  if (inLanes(A))
    return prepareReleaseInLanes(A);
  MappingShare::give(std::exchange(mappings(A), 0));
  SealBatch Batch;
  bool AllWritable = true;
  for (SegmentKind K : AllSegmentKinds) {
    AllWritable &= parts(A)[K].Rights == State::Writable;
    // Data is writable, and added all the same: the block is one range then,
    // and takes one call.
    Batch.add(owned(A, K), Access::ReadWrite);
  }
  // The block is given back as a whole, so its parts have the same rights.
  State Rights = State::Writable;
  if (!AllWritable && Batch.apply(VM))
    Rights = State::Changing;
  for (Part &P : parts(A))
    P.Rights = Rights;
  if (Rights == State::Writable && parts(A)[SegmentKind::Code])
    fillWithTraps(workingAddress(A, SegmentKind::Code),
                  usable(A, SegmentKind::Code).size());
}

void PerObjectLayout::giveBack(Window &W, AddressRange R, State Rights) {
  W.kinds().clear(R);
  RemappingLayout::giveBack(W, R, Rights);
}

} // namespace jitslab
