//===- ArenaPlacement.cpp - Which window an object gets memory from -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArenaImpl.h"
#include "Errors.h"
#include "Probes.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

TakeResult ArenaImpl::placeIn(Window &W, const Footprint &F, size_t KeepFree,
                              Allocation &A) {
  stateOf(A).Home = &W;
  stateOf(A).Forks = Forks;
  W.postpone(stateOf(A).Postpones);
  return Policy->place(W, F, KeepFree, A);
}

static Error errorOf(const TakeResult &Result) {
  if (Result.Status == TakeStatus::Taken)
    return Error::success();
  return systemError(Result.Reason, "cannot commit a slab");
}

TakeResult ArenaImpl::placeInWindows(Places P, const Footprint &F,
                                     const Allocation *Sibling, Allocation &A) {
  // The last slab of a window is kept for objects that lie in it already and
  // turn out larger than their linker said. It is not kept where there can be
  // no other window.
  if (Sibling || P.Set.size() == 1)
    return placeIn(Sibling ? *stateOf(*Sibling).Home : P.Set.oldest(), F,
                   /*KeepFree=*/P.Grow && !Sibling ? 1 : 0, A);
  const LaneBytes Least = Policy->leastBytes(F);
  for (size_t I = 0; (I = P.Set.next(I, Least)) != P.Set.size(); ++I) {
    TakeResult Result = placeIn(P.Set[I], F, /*KeepFree=*/1, A);
    if (Result.Status != TakeStatus::Full)
      return Result;
  }
  return {TakeStatus::Full};
}

Error ArenaImpl::place(WindowGroup Group, const Footprint &F,
                       const Allocation *Sibling, Allocation &A) {
  TakeResult Result = placeInWindows(placesOf(Group), F, Sibling, A);
  // Empty slabs stay with their lane, which may need them next. Now another
  // lane does, unless the group has no slabs yet.
  const bool IsNew = placesOf(Group).Set.size() == 0;
  if (Result.Status == TakeStatus::Full && !IsNew && tryTrim())
    Result = placeInWindows(placesOf(Group), F, Sibling, A);
  if (Result.Status != TakeStatus::Full)
    return errorOf(Result);
  const Places P = placesOf(Group);
  if (Sibling || (!P.Grow && P.Set.size()))
    return fullError(P.Set, P.Grow, F);
  std::optional<size_t> Needed = Policy->worstCase(F);
  if (!Needed || *Needed > MaxWindowSize - SlabSize)
    return fullError(P.Set, P.Grow, F);
  const size_t Bytes = alignTo(*Needed, SlabSize) + SlabSize;
  Error Err = placeInNewWindow(P, F, Bytes, A);
  // There may be address space for it where unused windows are.
  if (!Err || !IsNew || !tryTrim())
    return Err;
  consumeError(std::move(Err));
  return placeInNewWindow(placesOf(Group), F, Bytes, A);
}

// What half of a small window would be too little of. Address space costs
// nothing, and slabs of which lanes have used little are few among so many.
static constexpr size_t RoomyWindowSize = 32 * SlabSize;

// How large the object will be nobody knows, and its further parts have to come
// from the same window. So it begins where half of the window stays untaken.
Error ArenaImpl::placeFirstPart(const Footprint &F, Allocation &A) {
  std::optional<size_t> Needed = Policy->worstCase(F);
  if (!Options.Grow || !Needed || *Needed > MaxWindowSize / 2 - SlabSize)
    return place({}, F, /*Sibling=*/nullptr, A);
  const size_t Slabs = alignTo(*Needed, SlabSize);
  auto PlaceInRoomy = [&] {
    for (Window &W : Windows)
      if (W.untakenSlabs() * SlabSize >=
          std::max(W.size(), RoomyWindowSize) / 2 + Slabs)
        if (placeIn(W, F, /*KeepFree=*/1, A).Status == TakeStatus::Taken)
          return true;
    return false;
  };
  if (PlaceInRoomy() || (tryTrim() && PlaceInRoomy()))
    return Error::success();
  Error NoWindow = placeInNewWindow(placesOf({}), F,
                                    std::max(RoomyWindowSize, 2 * Slabs), A);
  if (!NoWindow)
    return NoWindow;
  consumeError(std::move(NoWindow));
  return place({}, F, /*Sibling=*/nullptr, A);
}

// \p Bytes is at least what \p F needs in the worst case.
Error ArenaImpl::placeInNewWindow(Places P, const Footprint &F, size_t Bytes,
                                  Allocation &A) {
  if (Error Err = P.Set.add(Bytes))
    return Err;
  JITSLAB_PROBE(window_added, fireWindowAdded(*this, P.Set.newest()));
  TakeResult Result = placeIn(P.Set.newest(), F, /*KeepFree=*/0, A);
  if (Result.Status == TakeStatus::Taken)
    return Error::success();
  P.Set.removeNewest();
  return Result.Status == TakeStatus::Full ? fullError(P.Set, P.Grow, F)
                                           : errorOf(Result);
}

Error ArenaImpl::fullError(const WindowSet &Set, bool Grow,
                           const Footprint &F) const {
  ArenaShortage N;
  N.CodeBytes = F[SegmentKind::Code].Size;
  N.RODataBytes = F[SegmentKind::ROData].Size;
  N.RWDataBytes = F[SegmentKind::RWData].Size;
  N.Windows = Set.size();
  for (const Window &W : Set) {
    N.LiveBytes += W.liveBytes();
    N.ReservedBytes += W.size();
    N.LargestFreeBytes = std::max(N.LargestFreeBytes, Policy->largestFree(W));
  }
  std::string Message =
      ("jitslab: no room for an object of " + Twine(N.CodeBytes) +
       " bytes of code, " + Twine(N.RODataBytes) + " of read-only data and " +
       Twine(N.RWDataBytes) + " of data: of " + Twine(N.ReservedBytes) +
       " bytes in " + Twine(N.Windows) + " window(s), " + Twine(N.LiveBytes) +
       " are used and " + Twine(N.ReservedBytes - N.LiveBytes) +
       " free, the largest free block is " + Twine(N.LargestFreeBytes) +
       " bytes; ")
          .str();
  std::optional<size_t> Needed = Policy->worstCase(F);
  if (!Needed || *Needed > MaxWindowSize - SlabSize)
    Message += "no window can be larger than " + std::to_string(MaxWindowSize) +
               " bytes, or relocations would overflow";
  else if (!Grow && Options.Grow)
    Message +=
        "free objects of this JITDylib, set a larger "
        "ArenaOptions::WindowSize, or let it have further windows "
        "(ArenaJITLinkOptions::GrowPerJITDylib, or that of RemoteOptions)";
  else if (!Grow)
    Message += "free objects, set a larger ArenaOptions::WindowSize, or let "
               "the arena grow (ArenaOptions::Grow)";
  else
    Message += "the object has outgrown what its linker had reserved, and its "
               "window is full";
  return make_error<ArenaFullError>(N, std::move(Message));
}

} // namespace jitslab
