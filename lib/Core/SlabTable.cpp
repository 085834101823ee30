//===- SlabTable.cpp - Which lane has which slab --------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SlabTable.h"
#include <algorithm>
#include <cassert>

using namespace llvm;

namespace jitslab {

SlabTable::SlabTable(size_t Slabs, uintptr_t Base, LaneOrigins O)
    : Base(Base), Origins(O), Slabs(Slabs, Slab()), Untaken(Slabs) {
  NextRun.fill(1);
}

static bool isUntaken(const Slab &S) { return S.Owner == Lane::Untaken; }

// Data lies as far from code as may be. With an origin for each lane their runs
// meet in few places: read-only data grows towards code from where a quarter of
// the window is left for data.
size_t SlabTable::position(Lane L, size_t I, size_t Positions) const {
  size_t Place = I;
  if (L == Lane::ROData && Origins.ROApart) {
    size_t Below = Positions - std::min(Positions, size() / 4);
    Place = I < Below ? Below - 1 - I : I;
  }
  bool AwayFromCode =
      L == Lane::RWData || (L == Lane::ROData && !Origins.ROApart);
  bool FromEnd = AwayFromCode != Origins.CodeAtEnd;
  return FromEnd ? Positions - 1 - Place : Place;
}

template <typename Usable>
std::optional<size_t> SlabTable::find(Lane L, size_t Count, size_t AlignSlabs,
                                      size_t Phase, Usable IsUsable) const {
  if (Count > size())
    return std::nullopt;
  auto Fits = [&](size_t First) {
    if ((First + Phase) % AlignSlabs)
      return false;
    for (size_t I = First; I != First + Count; ++I)
      if (!IsUsable(Slabs[I]))
        return false;
    return true;
  };
  size_t Positions = size() - Count + 1;
  for (size_t I = 0; I != Positions; ++I) {
    size_t First = position(L, I, Positions);
    if (Fits(First))
      return First;
  }
  return std::nullopt;
}

// The kernel joins what is committed next to what the lane has. It does not
// join mappings that were both written before they met (each has its anon_vma).
std::optional<size_t> SlabTable::findEarmarked(Lane L, size_t Count,
                                               size_t AlignSlabs,
                                               size_t Phase) const {
  auto IsFree = [&](const Slab &S) { return isUntaken(S) && S.Earmark == L; };
  auto HasNeighbour = [&](size_t I) {
    return (I != 0 && Slabs[I - 1].Owner == L) ||
           (I + 1 != size() && Slabs[I + 1].Owner == L);
  };
  if (Count == 1 && AlignSlabs == 1)
    for (size_t I = 0; I != size(); ++I)
      if (IsFree(Slabs[I]) && HasNeighbour(I))
        return I;
  return find(Lane::Code, Count, AlignSlabs, Phase, IsFree);
}

std::optional<size_t> SlabTable::findUnmarked(Lane L, size_t Run,
                                              size_t AlignSlabs,
                                              size_t Phase) const {
  return find(L, Run, AlignSlabs, Phase, [](const Slab &S) {
    return isUntaken(S) && S.Earmark == Lane::Untaken;
  });
}

std::optional<size_t> SlabTable::findUntaken(Lane L, size_t Count,
                                             size_t AlignSlabs,
                                             size_t Phase) const {
  return find(L, Count, AlignSlabs, Phase, isUntaken);
}

SlabTable::Run SlabTable::longestUntaken() const {
  Run Longest, Here;
  for (size_t I = 0; I != size(); ++I) {
    Here.Count = isUntaken(Slabs[I]) ? Here.Count + 1 : 0;
    Here.First = I + 1 - Here.Count;
    if (Here.Count > Longest.Count)
      Longest = Here;
  }
  return Longest;
}

// The lane that has it earmarked grows into it from where it has slabs. Nobody
// takes what lies there: the two would take it in turns, slab by slab.
size_t SlabTable::leaveFront(Run Untaken, size_t Count) const {
  size_t First = Untaken.First, Last = First + Untaken.Count - 1;
  bool FromBegin = First != 0 && Slabs[First - 1].Owner == Slabs[First].Earmark;
  bool FromEnd =
      Last + 1 != size() && Slabs[Last + 1].Owner == Slabs[Last].Earmark;
  size_t Spare = Untaken.Count - Count;
  return First + (!FromBegin ? 0 : FromEnd ? Spare / 2 : Spare);
}

// Where nothing is unmarked any more, half of the longest untaken run is
// earmarked anew: taking slab by slab would leave a border at each.
bool SlabTable::earmark(Lane L, size_t Count, size_t AlignSlabs, size_t Phase) {
  std::optional<size_t> First;
  auto TryLess = [&](size_t &Length, auto Find) {
    while (!(First = (this->*Find)(L, Length, AlignSlabs, Phase)) &&
           Length != Count)
      Length = std::max(Count, Length / 2);
  };
  size_t Length = std::max(Count, NextRun[L]);
  TryLess(Length, &SlabTable::findUnmarked);
  if (First) {
    // A quarter of the window at a time is enough to keep borders few.
    NextRun[L] = std::min(Length * 4, std::max<size_t>(size() / 4, 1));
  } else {
    Run Untaken = longestUntaken();
    Length = std::max(Count, Untaken.Count / 2);
    if (AlignSlabs == 1 && Length <= Untaken.Count)
      First = leaveFront(Untaken, Length);
    else
      TryLess(Length, &SlabTable::findUntaken);
  }
  if (!First)
    return false;
  for (size_t I = *First; I != *First + Length; ++I)
    Slabs[I].Earmark = L;
  return true;
}

std::optional<size_t> SlabTable::take(Lane L, size_t Count, size_t AlignSlabs,
                                      size_t Phase) {
  assert(Count && AlignSlabs && "not a request");
  std::optional<size_t> First = findEarmarked(L, Count, AlignSlabs, Phase);
  if (!First && earmark(L, Count, AlignSlabs, Phase))
    First = findEarmarked(L, Count, AlignSlabs, Phase);
  if (!First)
    return std::nullopt;
  for (size_t I = *First; I != *First + Count; ++I)
    Slabs[I].Owner = Slabs[I].Earmark = L;
  Untaken -= Count;
  return First;
}

AddressRange SlabTable::runAround(size_t First, size_t Count) const {
  const Lane Owner = Slabs[First].Owner;
  auto IsNext = [&](const Slab &S) {
    return isUntaken(S) && S.Earmark == Owner;
  };
  size_t End = First + Count;
  while (First != 0 && IsNext(Slabs[First - 1]))
    --First;
  while (End != size() && IsNext(Slabs[End]))
    ++End;
  return range(First, End - First);
}

void SlabTable::give(size_t I) {
  assert(!isUntaken(Slabs[I]) && "given back twice");
  Slabs[I].Owner = Slabs[I].Earmark = Lane::Untaken;
  ++Untaken;
}

bool SlabTable::verify() const {
  size_t Count = 0;
  for (const Slab &S : Slabs) {
    Count += isUntaken(S);
    if (!isUntaken(S) && S.Earmark != S.Owner)
      return false;
  }
  return Count == Untaken;
}

} // namespace jitslab
