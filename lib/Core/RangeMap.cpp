//===- RangeMap.cpp - A set of free address ranges ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RangeMap.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemAlloc.h"
#include <algorithm>
#include <cassert>

using namespace llvm;

namespace jitslab {

// Ranges of the request's own class that are looked at before a larger class is
// preferred, in which the first one fits: bounds the time, and costs little
// memory because classes are narrow.
static constexpr size_t TriedInOwnClass = 32;

RangeMap::RangeMap(uintptr_t Base, size_t Granule)
    : Base(Base), LogGranule(Log2_64(Granule)),
      LogTagsPerTable(Log2_64(TagTableBytes) - LogGranule), Ranges(1) {
  assert(isPowerOf2_64(Granule) && Granule <= TagTableBytes &&
         Base % Granule == 0 && "not granules");
}

uint32_t RangeMap::classOf(uint32_t Granules) {
  if (Granules < LinearClasses)
    return Granules;
  uint32_t Log = Log2_32(Granules);
  uint32_t Doubling = Log - Log2_32(LinearClasses);
  uint32_t Within = (Granules >> (Log - LogClassesPerDoubling)) -
                    (1u << LogClassesPerDoubling);
  return LinearClasses + (Doubling << LogClassesPerDoubling) + Within;
}

void RangeMap::addTagTable(size_t Table) {
  if (Table >= Tags.size())
    Tags.resize(Table + 1);
  Tags[Table].reset(
      static_cast<RangeID *>(safe_calloc(tagsPerTable(), sizeof(RangeID))));
}

// So that takeWithin finds a range that began in an earlier slab.
void RangeMap::tagTables(Position Begin, Position End, RangeID ID) {
  for (uint64_t P = alignTo(Begin, Align(tagsPerTable())); P < End;
       P += tagsPerTable())
    setTag(Position(P), ID);
}

RangeMap::RangeID RangeMap::rangeAt(Position P) const {
  RangeID ID = tag(P);
  const Range &R = Ranges[ID];
  return R.Count && R.Begin <= P && P < R.end() ? ID : 0;
}

void RangeMap::link(RangeID ID) {
  Range &R = Ranges[ID];
  uint32_t Class = classOf(R.Count);
  RangeID &Head = Heads[Class];
  R.Previous = 0;
  R.Next = Head;
  if (Head)
    Ranges[Head].Previous = ID;
  Head = ID;
  UsedClasses[Class / 64] |= uint64_t(1) << Class % 64;
  UsedWords |= 1u << Class / 64;
}

void RangeMap::unlink(RangeID ID) {
  const Range &R = Ranges[ID];
  if (R.Next)
    Ranges[R.Next].Previous = R.Previous;
  if (R.Previous) {
    Ranges[R.Previous].Next = R.Next;
    return;
  }
  uint32_t Class = classOf(R.Count);
  Heads[Class] = R.Next;
  if (R.Next)
    return;
  UsedClasses[Class / 64] &= ~(uint64_t(1) << Class % 64);
  if (!UsedClasses[Class / 64])
    UsedWords &= ~(1u << Class / 64);
}

RangeMap::RangeID RangeMap::insert(Position Begin, uint32_t Granules) {
  RangeID ID = FirstUnused;
  if (ID) {
    FirstUnused = Ranges[ID].Next;
  } else {
    ID = RangeID(Ranges.size());
    Ranges.emplace_back();
  }
  Range &R = Ranges[ID];
  R.Begin = Begin;
  R.Count = Granules;
  link(ID);
  ++Count;
  Bytes += bytesOf(Granules);
  setTag(Begin, ID);
  setTag(Begin + Granules - 1, ID);
  return ID;
}

void RangeMap::erase(RangeID ID) {
  unlink(ID);
  Range &R = Ranges[ID];
  --Count;
  Bytes -= bytesOf(R.Count);
  R.Count = 0;
  R.Next = FirstUnused;
  FirstUnused = ID;
}

void RangeMap::resize(RangeID ID, Position Begin, uint32_t Granules) {
  Range &R = Ranges[ID];
  Bytes += bytesOf(Granules) - bytesOf(R.Count);
  bool SameClass = classOf(R.Count) == classOf(Granules);
  if (!SameClass)
    unlink(ID);
  bool SameEnd = R.end() == Begin + Granules;
  R.Begin = Begin;
  R.Count = Granules;
  if (!SameClass)
    link(ID);
  setTag(Begin, ID);
  if (!SameEnd)
    setTag(Begin + Granules - 1, ID);
}

uint32_t RangeMap::nextUsedClass(uint32_t Class) const {
  static_assert(NumClasses % 64, "the class behind the last one has a word");
  uint32_t Word = Class / 64;
  uint64_t Bits = UsedClasses[Word] & (~uint64_t(0) << Class % 64);
  if (!Bits) {
    uint32_t Words = UsedWords & (~uint32_t(1) << Word);
    if (!Words)
      return NumClasses;
    Word = Log2_32(Words & -Words);
    Bits = UsedClasses[Word];
  }
  return Word * 64 + Log2_64(Bits & -Bits);
}

bool RangeMap::fits(const Range &R, uint32_t Granules, size_t Align) const {
  uintptr_t Begin = address(R.Begin), End = address(R.end());
  uintptr_t Start = alignTo(Begin, llvm::Align(Align));
  return Start >= Begin && Start < End && End - Start >= bytesOf(Granules);
}

RangeMap::RangeID RangeMap::findIn(uint32_t Class, uint32_t Granules,
                                   size_t Align, size_t MostTried) const {
  RangeID Best = 0;
  for (RangeID ID = Heads[Class]; ID && MostTried; ID = Ranges[ID].Next) {
    --MostTried;
    if (fits(Ranges[ID], Granules, Align) &&
        (!Best || Ranges[ID].Count < Ranges[Best].Count))
      Best = ID;
  }
  return Best;
}

RangeMap::RangeID RangeMap::find(uint32_t Granules, size_t Align) const {
  // Where alignment is no matter, all ranges of the smaller classes are equally
  // large, and all of the next larger class fit.
  if (Align <= bytesOf(1)) {
    uint32_t C = nextUsedClass(classOf(Granules));
    if (C == NumClasses)
      return 0;
    if (C < LinearClasses || C != classOf(Granules))
      return Heads[C];
  }

  // From this class on every range fits, whatever its position.
  uint64_t Padded = Granules + std::max(Align >> LogGranule, size_t(1)) - 1;
  uint32_t Sure = NumClasses;
  if (Padded < LinearClasses)
    Sure = uint32_t(Padded);
  else if (Padded <= UINT32_MAX)
    Sure = classOf(uint32_t(Padded)) + 1;

  uint32_t Own = classOf(Granules);
  for (uint32_t C = nextUsedClass(Own); C < Sure; C = nextUsedClass(C + 1))
    if (RangeID ID = findIn(C, Granules, Align, TriedInOwnClass))
      return ID;
  uint32_t C = nextUsedClass(Sure);
  if (C < NumClasses)
    return Heads[C];
  for (C = nextUsedClass(Own); C < Sure; C = nextUsedClass(C + 1))
    if (RangeID ID = findIn(C, Granules, Align, SIZE_MAX))
      return ID;
  return 0;
}

// The larger part of what is left keeps the number: then the other one's tags
// are the fewer to write.
void RangeMap::carve(RangeID ID, Position Begin, uint32_t Granules) {
  Range R = Ranges[ID];
  uint32_t Before = Begin - R.Begin;
  uint32_t After = R.Count - Before - Granules;
  if (!Before && !After)
    return erase(ID);
  Position AfterBegin = Begin + Granules;
  if (Before > After) {
    resize(ID, R.Begin, Before);
    if (After)
      tagTables(AfterBegin, AfterBegin + After, insert(AfterBegin, After));
  } else {
    resize(ID, AfterBegin, After);
    if (Before)
      tagTables(R.Begin, R.Begin + Before, insert(R.Begin, Before));
  }
}

std::optional<uintptr_t> RangeMap::take(size_t Size, size_t Align) {
  assert(Size && Size % bytesOf(1) == 0 && isPowerOf2_64(Align) &&
         "not a request");
  if (Size > Bytes)
    return std::nullopt;
  uint32_t Granules = uint32_t(Size >> LogGranule);
  RangeID ID = find(Granules, Align);
  if (!ID)
    return std::nullopt;
  // The usual case: the beginning of a range that is much larger.
  Range &R = Ranges[ID];
  if (Align <= bytesOf(1) && R.Count > Granules &&
      classOf(R.Count) == classOf(R.Count - Granules)) {
    uintptr_t Start = address(R.Begin);
    R.Begin += Granules;
    R.Count -= Granules;
    Bytes -= Size;
    setTag(R.Begin, ID);
    return Start;
  }
  uintptr_t Start = alignTo(address(Ranges[ID].Begin), llvm::Align(Align));
  carve(ID, position(Start), Granules);
  return Start;
}

bool RangeMap::takeFront(AddressRange R) {
  Position Begin = position(R.Begin);
  RangeID ID = rangeAt(Begin);
  if (!ID || Ranges[ID].Begin != Begin || address(Ranges[ID].end()) < R.End)
    return false;
  carve(ID, Begin, uint32_t(R.size() >> LogGranule));
  return true;
}

AddressRange RangeMap::give(AddressRange R) {
  assert(R.Begin < R.End && R.Begin % bytesOf(1) == 0 &&
         R.End % bytesOf(1) == 0 && "not a range of granules");
  Position Begin = position(R.Begin), End = position(R.End);
  assert(!rangeAt(Begin) && !rangeAt(End - 1) && "freed twice");
  RangeID Before = Begin ? rangeAt(Begin - 1) : 0;
  RangeID After = rangeAt(End);
  if (!Before && !After) {
    tagTables(Begin, End, insert(Begin, End - Begin));
    return R;
  }
  Position AllBegin = Before ? Ranges[Before].Begin : Begin;
  Position AllEnd = After ? Ranges[After].end() : End;
  // The larger neighbour takes over the other one.
  RangeID ID = Before ? Before : After;
  if (Before && After) {
    ID = Ranges[Before].Count > Ranges[After].Count ? Before : After;
    erase(ID == Before ? After : Before);
  }
  Range Old = Ranges[ID];
  resize(ID, AllBegin, AllEnd - AllBegin);
  tagTables(AllBegin, Old.Begin, ID);
  tagTables(Old.end(), AllEnd, ID);
  return {address(AllBegin), address(AllEnd)};
}

} // namespace jitslab
