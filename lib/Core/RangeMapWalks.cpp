//===- RangeMapWalks.cpp - What looks at many ranges ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RangeMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Alignment.h"

using namespace llvm;

namespace jitslab {

SmallVector<AddressRange, 4> RangeMap::takeWithin(AddressRange R) {
  SmallVector<AddressRange, 4> Taken;
  uintptr_t Limit = address(uint64_t(Tags.size()) << LogTagsPerTable);
  R.Begin = std::max(R.Begin, Base);
  R.End = std::min(R.End, Limit);
  if (R.Begin >= R.End)
    return Taken;
  Position Begin = position(R.Begin), End = position(R.End);
  // A range that covers Begin has a tag between here and there.
  for (Position P = alignDown(Begin, tagsPerTable()); P < End;) {
    RangeID ID = rangeAt(P);
    if (!ID) {
      ++P;
      continue;
    }
    Range Whole = Ranges[ID];
    P = Whole.end();
    Position From = std::max(Whole.Begin, Begin),
             To = std::min(Whole.end(), End);
    if (From >= To)
      continue;
    carve(ID, From, To - From);
    Taken.push_back({address(From), address(To)});
  }
  // Slabs without anything free need no table.
  for (size_t T = divideCeil(Begin, tagsPerTable());
       (T + 1) << LogTagsPerTable <= End; ++T)
    Tags[T].reset();
  return Taken;
}

size_t RangeMap::largest() const {
  uint32_t Class = NumClasses;
  while (Class && !Heads[Class - 1])
    --Class;
  uint32_t Most = 0;
  if (Class)
    for (RangeID ID = Heads[Class - 1]; ID; ID = Ranges[ID].Next)
      Most = std::max(Most, Ranges[ID].Count);
  return bytesOf(Most);
}

bool RangeMap::verify() const {
  SmallVector<Range, 0> Sorted;
  size_t Sum = 0;
  for (RangeID ID = 0; ID != Ranges.size(); ++ID) {
    const Range &R = Ranges[ID];
    if (!R.Count)
      continue;
    Sorted.push_back(R);
    Sum += bytesOf(R.Count);
    if (tag(R.Begin) != ID || tag(R.end() - 1) != ID)
      return false;
    for (uint64_t P = alignTo(R.Begin, Align(tagsPerTable())); P < R.end();
         P += tagsPerTable())
      if (tag(Position(P)) != ID)
        return false;
  }
  sort(Sorted,
       [](const Range &L, const Range &R) { return L.Begin < R.Begin; });
  for (size_t I = 1; I < Sorted.size(); ++I)
    if (Sorted[I - 1].end() >= Sorted[I].Begin)
      return false;

  for (size_t Word = 0; Word != UsedClasses.size(); ++Word)
    if (bool(UsedClasses[Word]) != bool(UsedWords >> Word & 1))
      return false;
  size_t Listed = 0;
  for (uint32_t C = 0; C != NumClasses; ++C) {
    if (bool(Heads[C]) != bool(UsedClasses[C / 64] >> C % 64 & 1))
      return false;
    RangeID Previous = 0;
    for (RangeID ID = Heads[C]; ID; Previous = ID, ID = Ranges[ID].Next) {
      const Range &R = Ranges[ID];
      if (!R.Count || classOf(R.Count) != C || R.Previous != Previous ||
          ++Listed > Sorted.size())
        return false;
    }
  }
  return Listed == Sorted.size() && Sorted.size() == Count && Sum == Bytes;
}

} // namespace jitslab
