//===- ArenaPlacement.cpp - Which window an object gets memory from -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArenaImpl.h"
#include "Errors.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

TakeResult ArenaImpl::placeIn(Window &W, const Footprint &F, size_t KeepFree,
                              Allocation &A) {
  A.Home = &W;
  TakeResult Result = Policy->place(W, F, KeepFree, A);
  // What was taken before a failure is nobody's.
  if (Result.Status != TakeStatus::Taken)
    (void)W.takePopulating();
  return Result;
}

static Error errorOf(const TakeResult &Result) {
  if (Result.Status == TakeStatus::Taken)
    return Error::success();
  return systemError(Result.Reason, "cannot commit a slab");
}

TakeResult ArenaImpl::placeInWindows(const Footprint &F,
                                     const Allocation *Sibling, Allocation &A) {
  // The last slab of a window is kept for objects that lie in it already and
  // turn out larger than their linker said. It is not kept where there can be
  // no other window.
  if (Sibling || Windows.size() == 1)
    return placeIn(Sibling ? *Sibling->Home : Windows.oldest(), F,
                   /*KeepFree=*/Options.Grow && !Sibling ? 1 : 0, A);
  const LaneBytes Least = Policy->leastBytes(F);
  for (size_t I = 0; (I = Windows.next(I, Least)) != Windows.size(); ++I) {
    TakeResult Result = placeIn(Windows[I], F, /*KeepFree=*/1, A);
    if (Result.Status != TakeStatus::Full)
      return Result;
  }
  return {TakeStatus::Full};
}

Error ArenaImpl::place(const Footprint &F, const Allocation *Sibling,
                       Allocation &A) {
  TakeResult Result = placeInWindows(F, Sibling, A);
  // Empty slabs stay with their lane, which may need them next. Now another
  // lane does.
  if (Result.Status == TakeStatus::Full && MayTrim && trimWindows())
    Result = placeInWindows(F, Sibling, A);
  if (Result.Status != TakeStatus::Full)
    return errorOf(Result);
  if (Sibling || !Options.Grow)
    return fullError(F);
  std::optional<size_t> Needed = Policy->worstCase(F);
  if (!Needed || *Needed > MaxWindowSize - SlabSize)
    return fullError(F);
  return placeInNewWindow(F, alignTo(*Needed, SlabSize) + SlabSize, A);
}

// What half of a small window would be too little of. Address space costs
// nothing, and slabs of which lanes have used little are few among so many.
static constexpr size_t RoomyWindowSize = 32 * SlabSize;

// How large the object will be nobody knows, and its further parts have to come
// from the same window. So it begins where half of the window stays untaken.
Error ArenaImpl::placeFirstPart(const Footprint &F, Allocation &A) {
  std::optional<size_t> Needed = Policy->worstCase(F);
  if (!Options.Grow || !Needed || *Needed > MaxWindowSize / 2 - SlabSize)
    return place(F, /*Sibling=*/nullptr, A);
  const size_t Slabs = alignTo(*Needed, SlabSize);
  auto PlaceInRoomy = [&] {
    for (Window &W : Windows)
      if (W.untakenSlabs() * SlabSize >=
          std::max(W.size(), RoomyWindowSize) / 2 + Slabs)
        if (placeIn(W, F, /*KeepFree=*/1, A).Status == TakeStatus::Taken)
          return true;
    return false;
  };
  if (PlaceInRoomy() || (MayTrim && trimWindows() && PlaceInRoomy()))
    return Error::success();
  Error NoWindow = placeInNewWindow(F, std::max(RoomyWindowSize, 2 * Slabs), A);
  if (!NoWindow)
    return NoWindow;
  consumeError(std::move(NoWindow));
  return place(F, /*Sibling=*/nullptr, A);
}

// \p Bytes is at least what \p F needs in the worst case.
Error ArenaImpl::placeInNewWindow(const Footprint &F, size_t Bytes,
                                  Allocation &A) {
  if (Error Err = Windows.add(Bytes))
    return Err;
  TakeResult Result = placeIn(Windows.newest(), F, /*KeepFree=*/0, A);
  if (Result.Status == TakeStatus::Taken)
    return Error::success();
  Windows.removeNewest();
  return Result.Status == TakeStatus::Full ? fullError(F) : errorOf(Result);
}

Error ArenaImpl::fullError(const Footprint &F) const {
  size_t Used = 0, Reserved = 0, Largest = 0;
  for (const Window &W : Windows) {
    Used += W.liveBytes();
    Reserved += W.size();
    Largest = std::max(Largest, Policy->largestFree(W));
  }
  std::string Message =
      ("jitslab: no room for an object of " + Twine(F[SegmentKind::Code].Size) +
       " bytes of code, " + Twine(F[SegmentKind::ROData].Size) +
       " of read-only data and " + Twine(F[SegmentKind::RWData].Size) +
       " of data: of " + Twine(Reserved) + " bytes in " +
       Twine(Windows.size()) + " window(s), " + Twine(Used) + " are used and " +
       Twine(Reserved - Used) + " free, the largest free block is " +
       Twine(Largest) + " bytes; ")
          .str();
  std::optional<size_t> Needed = Policy->worstCase(F);
  if (!Needed || *Needed > MaxWindowSize - SlabSize)
    Message += "no window can be larger than " + std::to_string(MaxWindowSize) +
               " bytes, or relocations would overflow";
  else if (!Options.Grow)
    Message += "free objects, set a larger ArenaOptions::WindowSize, or let "
               "the arena grow (ArenaOptions::Grow)";
  else
    Message += "the object has outgrown what its linker had reserved, and its "
               "window is full";
  return make_error<ArenaFullError>(std::move(Message));
}

} // namespace jitslab
