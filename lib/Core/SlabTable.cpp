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

SlabTable::SlabTable(size_t Slabs, uintptr_t Base)
    : Base(Base), Slabs(Slabs, Slab()), Untaken(Slabs) {
  NextRun.fill(1);
}

static bool isUntaken(const Slab &S) { return S.Owner == Lane::Untaken; }

static bool growsFromTop(Lane L) {
  return L == Lane::ROData || L == Lane::RWData;
}

template <typename Usable>
std::optional<size_t> SlabTable::find(bool FromTop, size_t Count,
                                      size_t AlignSlabs, size_t Phase,
                                      Usable IsUsable) const {
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
    size_t First = FromTop ? Positions - 1 - I : I;
    if (Fits(First))
      return First;
  }
  return std::nullopt;
}

std::optional<size_t> SlabTable::findEarmarked(Lane L, size_t Count,
                                               size_t AlignSlabs,
                                               size_t Phase) const {
  return find(/*FromTop=*/false, Count, AlignSlabs, Phase,
              [&](const Slab &S) { return isUntaken(S) && S.Earmark == L; });
}

std::optional<size_t> SlabTable::findUnmarked(Lane L, size_t Run,
                                              size_t AlignSlabs,
                                              size_t Phase) const {
  return find(growsFromTop(L), Run, AlignSlabs, Phase, [](const Slab &S) {
    return isUntaken(S) && S.Earmark == Lane::Untaken;
  });
}

std::optional<size_t> SlabTable::findUntaken(Lane L, size_t Count,
                                             size_t AlignSlabs,
                                             size_t Phase) const {
  return find(growsFromTop(L), Count, AlignSlabs, Phase, isUntaken);
}

size_t SlabTable::longestUntaken() const {
  size_t Run = 0, Longest = 0;
  for (const Slab &S : Slabs) {
    Run = isUntaken(S) ? Run + 1 : 0;
    Longest = std::max(Longest, Run);
  }
  return Longest;
}

// Where no unmarked run is long enough, half of the longest untaken run is
// earmarked anew: taking slab by slab would leave a border at each.
std::optional<size_t> SlabTable::earmark(Lane L, size_t Count,
                                         size_t AlignSlabs, size_t Phase) {
  size_t &Next = NextRun[L];
  size_t Run = std::max(Count, Next);
  std::optional<size_t> First = findUnmarked(L, Run, AlignSlabs, Phase);
  if (First) {
    // A quarter of the window at a time is enough to keep borders few.
    Next = std::min(Run * 4, std::max<size_t>(size() / 4, 1));
  } else {
    Run = std::max(Count, longestUntaken() / 2);
    First = findUntaken(L, Run, AlignSlabs, Phase);
    while (!First && Run != Count) {
      Run = std::max(Count, Run / 2);
      First = findUntaken(L, Run, AlignSlabs, Phase);
    }
  }
  if (First)
    for (size_t I = *First; I != *First + Run; ++I)
      Slabs[I].Earmark = L;
  return First;
}

std::optional<size_t> SlabTable::take(Lane L, size_t Count, size_t AlignSlabs,
                                      size_t Phase) {
  assert(Count && AlignSlabs && "not a request");
  std::optional<size_t> First = findEarmarked(L, Count, AlignSlabs, Phase);
  if (!First)
    First = earmark(L, Count, AlignSlabs, Phase);
  if (!First)
    return std::nullopt;
  for (size_t I = *First; I != *First + Count; ++I)
    Slabs[I].Owner = Slabs[I].Earmark = L;
  Untaken -= Count;
  return First;
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
