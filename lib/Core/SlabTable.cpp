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

SlabTable::SlabTable(size_t Slabs)
    : Owner(Slabs, 0), Reserve(Slabs, 0), Untaken(Slabs) {
  NextRun.fill(1);
}

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
      if (!IsUsable(I))
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

std::optional<size_t> SlabTable::findInReserve(Lane L, size_t Count,
                                               size_t AlignSlabs,
                                               size_t Phase) const {
  return find(/*FromTop=*/false, Count, AlignSlabs, Phase,
              [&](size_t I) { return !Owner[I] && Reserve[I] == entry(L); });
}

std::optional<size_t> SlabTable::findUnreserved(Lane L, size_t Run,
                                                size_t AlignSlabs,
                                                size_t Phase) const {
  return find(growsFromTop(L), Run, AlignSlabs, Phase,
              [&](size_t I) { return !Owner[I] && !Reserve[I]; });
}

std::optional<size_t> SlabTable::findAnywhere(Lane L, size_t Count,
                                              size_t AlignSlabs,
                                              size_t Phase) const {
  return find(growsFromTop(L), Count, AlignSlabs, Phase,
              [&](size_t I) { return !Owner[I]; });
}

size_t SlabTable::longestUntaken() const {
  size_t Run = 0, Longest = 0;
  for (Entry E : Owner) {
    Run = E ? 0 : Run + 1;
    Longest = std::max(Longest, Run);
  }
  return Longest;
}

// Nobody has the space that is left for itself, but whoever comes takes half of
// it: taking slab by slab would leave a border at each.
std::optional<size_t> SlabTable::setAside(Lane L, size_t Count,
                                          size_t AlignSlabs, size_t Phase) {
  size_t &Next = NextRun[size_t(L)];
  size_t Run = std::max(Count, Next);
  std::optional<size_t> First = findUnreserved(L, Run, AlignSlabs, Phase);
  if (First) {
    // A quarter of the window at a time is enough to keep borders few.
    Next = std::min(Run * 4, std::max<size_t>(size() / 4, 1));
  } else {
    Run = std::max(Count, longestUntaken() / 2);
    First = findAnywhere(L, Run, AlignSlabs, Phase);
    while (!First && Run != Count) {
      Run = std::max(Count, Run / 2);
      First = findAnywhere(L, Run, AlignSlabs, Phase);
    }
  }
  if (First)
    std::fill_n(Reserve.begin() + *First, Run, entry(L));
  return First;
}

std::optional<size_t> SlabTable::take(Lane L, size_t Count, size_t AlignSlabs,
                                      size_t Phase) {
  assert(Count && AlignSlabs && "not a request");
  std::optional<size_t> First = findInReserve(L, Count, AlignSlabs, Phase);
  if (!First)
    First = setAside(L, Count, AlignSlabs, Phase);
  if (!First)
    return std::nullopt;
  std::fill_n(Owner.begin() + *First, Count, entry(L));
  std::fill_n(Reserve.begin() + *First, Count, entry(L));
  Untaken -= Count;
  return First;
}

void SlabTable::give(size_t Slab) {
  assert(Owner[Slab] && "given back twice");
  Owner[Slab] = 0;
  Reserve[Slab] = 0;
  ++Untaken;
}

std::optional<Lane> SlabTable::owner(size_t Slab) const {
  if (!Owner[Slab])
    return std::nullopt;
  return Lane(Owner[Slab] - 1);
}

bool SlabTable::verify() const {
  if (Owner.size() != Reserve.size() ||
      size_t(std::count(Owner.begin(), Owner.end(), 0)) != Untaken)
    return false;
  for (size_t I = 0; I != size(); ++I)
    if (Owner[I] > NumLanes || Reserve[I] > NumLanes ||
        (Owner[I] && Reserve[I] != Owner[I]))
      return false;
  return true;
}

} // namespace jitslab
