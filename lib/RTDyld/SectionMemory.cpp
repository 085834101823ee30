//===- SectionMemory.cpp - The sections of objects sealed together --------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SectionMemory.h"
#include "../Core/ArenaAccess.h"
#include "../Platform/CodeMemory.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <utility>

using namespace llvm;

namespace jitslab {

// What a block has to spare for later objects of the batch: twice as much as
// all before it have used, within these bounds. seal gives back what they
// leave, which little of is in memory by then (PopulateAhead).
static constexpr size_t SpareFactor = 2;
static constexpr size_t SmallestSpare = size_t(12) * 1024;
static constexpr size_t LargestSpare = size_t(64) << 20;

// Objects of a batch are much alike. What is several times larger than any
// before may come in two blocks.
static constexpr size_t AmpleFactor = 4;
static constexpr size_t LeastAmple = 128;

Segment SectionMemory::Block::allocate(SegmentKind K, size_t Size,
                                       size_t Align) {
  const Segment &S = Memory[K];
  if (!S)
    return {};
  // The working address has the same offset in its segment as the executor
  // address, which is the one that the alignment is for.
  size_t Offset =
      alignTo(S.Executor + Used[K], llvm::Align(Align)) - S.Executor;
  if (Offset > S.Size || S.Size - Offset < Size)
    return {};
  Used[K] = Offset + Size;
  return {S.Working + Offset, S.Executor + Offset, Size};
}

bool SectionMemory::Block::hasRoomFor(const Footprint &F) const {
  for (SegmentKind K : AllSegmentKinds) {
    const Segment &S = Memory[K];
    size_t Left = S.Size - Used[K];
    if (F[K].Size && (Left < F[K].Size || Left - F[K].Size < F[K].Align))
      return false;
  }
  return true;
}

// The first object of a batch gets what it needs: it may be the only one. Later
// blocks have all kinds of segments, and fill their pages: neighbours are
// packed there, and need no colouring.
Footprint SectionMemory::blockFootprint(const Arena &A,
                                        const Footprint &F) const {
  Footprint Result = F;
  if (!Shareable || Blocks.empty())
    return Result;
  const Align Page(ArenaAccess::memory(A).pageSize());
  for (SegmentKind K : AllSegmentKinds) {
    if (F[K].Size > MaxWindowSize)
      continue; // The arena says that this is too large.
    size_t UsedSoFar = 0;
    for (const Block &B : Blocks)
      UsedSoFar += B.Used[K];
    size_t Spare =
        UsedSoFar || F[K].Size
            ? std::clamp(SpareFactor * UsedSoFar, SmallestSpare, LargestSpare)
            : 1;
    Result[K].Size = alignTo(F[K].Size + Spare, Page);
  }
  return Result;
}

bool SectionMemory::hasAmpleRoom(const Arena &A) const {
  if (!Shareable || Begun || Blocks.size() == Tried ||
      !ArenaAccess::isSpacious(A))
    return false;
  const Block &Last = Blocks.back();
  for (SegmentKind K : AllSegmentKinds) {
    // Batches without data, as clang's objects have none, need no room for it.
    bool Needed = Largest[K] || K == SegmentKind::Code;
    if (Needed && Last.Memory[K].Size - Last.Used[K] <
                      std::max(AmpleFactor * Largest[K], LeastAmple))
      return false;
  }
  return true;
}

void SectionMemory::goOnInLastBlock() {
  Begun = true;
  First = Blocks.size() - 1;
  // Of the object before, which may not have known that blocks are shared.
  Blocks.back().UsedBefore = Blocks.back().Used;
  Blocks.back().Memory.addObject();
}

Error SectionMemory::beginObject(Arena &A, const Footprint &F) {
  endObject();
  Shareable = ArenaAccess::sharesBlocks(A);
  if (Shareable && Blocks.size() > Tried && Blocks.back().hasRoomFor(F)) {
    goOnInLastBlock();
    return Error::success();
  }
  giveBackUnused(/*KeepLast=*/false);
  First = Blocks.size();
  Expected<Allocation> Memory = A.allocate(blockFootprint(A, F));
  if (!Memory && !Blocks.empty()) {
    // There may be room without what is spared for others.
    consumeError(Memory.takeError());
    Memory = A.allocate(F);
  }
  if (!Memory)
    return Memory.takeError();
  Blocks.emplace_back();
  Blocks.back().Memory = std::move(*Memory);
  Begun = true;
  return Error::success();
}

Expected<Segment> SectionMemory::allocate(Arena &A, SegmentKind K, size_t Size,
                                          size_t Align) {
  if (Shareable && !Begun && Blocks.size() > Tried)
    goOnInLastBlock();
  if (!ArenaAccess::wantsReservations(A) && First != Blocks.size()) {
    Block &Last = Blocks.back();
    if (Segment Section = ArenaAccess::enlarge(A, Last.Memory, K, Last.Used[K],
                                               {Size, Align})) {
      Last.Used[K] = Section.Executor - Last.Memory[K].Executor + Size;
      return Section;
    }
  }
  for (size_t I = First; I != Blocks.size(); ++I)
    if (Segment Section = Blocks[I].allocate(K, Size, Align))
      return Section;

  // What was announced at a smaller alignment is of no use to it.
  if (First != Blocks.size()) {
    Block &B = Blocks[First];
    size_t Left = B.Memory[K].Size - B.Used[K];
    if (Left >= Size)
      B.Memory.shrink(K, B.Memory[K].Size - Size);
  }
  Footprint F;
  F[K] = {Size, Align};
  Expected<Allocation> More = First == Blocks.size()
                                  ? ArenaAccess::allocateFirstPart(A, F)
                                  : A.allocate(F, &Blocks[First].Memory);
  if (!More)
    return More.takeError();
  Blocks.emplace_back();
  Blocks.back().Memory = std::move(*More);
  return Blocks.back().allocate(K, Size, Align);
}

void SectionMemory::abandonObject() {
  for (size_t I = First; I != Blocks.size(); ++I) {
    Block &B = Blocks[I];
    if (const Segment &Code = B.Memory[SegmentKind::Code])
      AbandonedCode.push_back(
          {Code.Working + B.UsedBefore[SegmentKind::Code],
           B.Used[SegmentKind::Code] - B.UsedBefore[SegmentKind::Code]});
  }
}

AddressRange SectionMemory::window() const {
  return First == Blocks.size() ? AddressRange()
                                : ArenaAccess::windowOf(Blocks[First].Memory);
}

void SectionMemory::show(Arena &A) const {
  for (const Block &B : drop_begin(Blocks, First))
    ArenaAccess::show(A, B.Memory);
}

// Where blocks are shared, what comes after the object's first one is only its
// own, and the first one goes on.
void SectionMemory::endObject() {
  if (!Shareable) {
    giveBackUnused(/*KeepLast=*/false);
    First = Blocks.size();
    return;
  }
  if (std::exchange(Begun, false) && First != Blocks.size()) {
    for (SegmentKind K : AllSegmentKinds) {
      size_t Used = 0;
      for (const Block &B : drop_begin(Blocks, First))
        Used += B.Used[K] - B.UsedBefore[K];
      Largest[K] = std::max(Largest[K], Used);
    }
    std::swap(Blocks[First], Blocks.back());
    giveBackUnused(/*KeepLast=*/true);
    First = Blocks.size() - 1;
    Blocks.back().UsedBefore = Blocks.back().Used;
  }
}

void SectionMemory::giveBackUnused(bool KeepLast) {
  for (size_t I = First; I + KeepLast < Blocks.size(); ++I)
    for (SegmentKind K : AllSegmentKinds)
      Blocks[I].Memory.shrink(K, Blocks[I].Used[K]);
}

Error SectionMemory::seal(Arena &A) {
  endObject();
  Shareable = false;
  endObject();
  // Not before: the linker was still relocating this code. Not again when seal
  // is called again: the code may be sealed by then.
  for (CodeRange R : AbandonedCode)
    fillWithTraps(R.Start, R.Size);
  AbandonedCode.clear();
  SmallVector<Allocation *, 8> Allocations;
  for (Block &B : Blocks)
    Allocations.push_back(&B.Memory);
  Tried = Blocks.size();
  return ArenaAccess::sealShown(A, Allocations);
}

AddressRange SectionMemory::codeAt(uintptr_t Address) {
  for (size_t Tries = 0; Tries != Blocks.size(); ++Tries) {
    size_t I = (FoundLast + Tries) % Blocks.size();
    const Segment Code = Blocks[I].Memory[SegmentKind::Code];
    if (Address >= Code.Executor && Address - Code.Executor < Code.Size) {
      FoundLast = I;
      return {Code.Executor, Code.Executor + Code.Size};
    }
  }
  return {};
}

void SectionMemory::moveTo(SmallVectorImpl<Allocation> &Out) {
  for (Block &B : Blocks)
    Out.push_back(std::move(B.Memory));
  Blocks.clear();
  First = Tried = 0;
}

} // namespace jitslab
