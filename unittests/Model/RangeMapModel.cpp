//===- RangeMapModel.cpp - Free ranges, in the simplest way ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model/RangeMapModel.h"
#include <algorithm>

using namespace llvm;

namespace jitslab {

static bool equal(AddressRange A, AddressRange B) {
  return A.Begin == B.Begin && A.End == B.End;
}

bool RangeMapModel::expect(bool Ok, const char *What) {
  if (!Ok && Problem.empty())
    Problem = What;
  return Ok;
}

std::vector<AddressRange> RangeMapModel::ranges() const {
  std::vector<AddressRange> Result;
  for (size_t I = 0; I != Free.size(); ++I) {
    if (!Free[I])
      continue;
    if (Result.empty() || Result.back().End != address(I))
      Result.push_back(range(I, I));
    Result.back().End = address(I + 1);
  }
  return Result;
}

AddressRange RangeMapModel::around(size_t Unit) const {
  size_t First = Unit, End = Unit;
  while (End != Free.size() && Free[End])
    ++End;
  while (First && End != Unit && Free[First - 1])
    --First;
  return range(First, End);
}

// The size of the smallest range that has the request, 0 if none has.
size_t RangeMapModel::bestFit(size_t Size, size_t Align) const {
  size_t Best = 0;
  for (AddressRange R : ranges()) {
    uintptr_t Start = (R.Begin + Align - 1) / Align * Align;
    if (Start + Size <= R.End && (!Best || R.size() < Best))
      Best = R.size();
  }
  return Best;
}

// \returns false if a part of it has that value already.
bool RangeMapModel::set(AddressRange R, bool Value) {
  size_t First = unit(R.Begin), End = unit(R.End);
  if (R.Begin < Base || End > Free.size() || First >= End)
    return false;
  for (size_t I = First; I != End; ++I) {
    if (Free[I] == Value)
      return false;
    Free[I] = Value;
  }
  return true;
}

bool RangeMapModel::give() {
  size_t First = Source.below(Free.size()), End = First;
  size_t Most = Source.between(1, 40);
  while (End != Free.size() && !Free[End] && End - First < Most)
    ++End;
  if (First == End)
    return true;
  ++Count.Given;
  AddressRange Whole = Map.give(range(First, End));
  return expect(set(range(First, End), true) && equal(Whole, around(First)),
                "give returns another range than became free");
}

bool RangeMapModel::take() {
  size_t Units = Source.between(1, Source.percent(90) ? 24 : 80);
  size_t Size = Units * Granule;
  // Alignments below a granule too: they do not matter.
  size_t Align = Source.percent(10) ? 1 : Granule << Source.below(8);
  size_t BestFit = bestFit(Size, Align);
  std::optional<uintptr_t> Got = Map.take(Size, Align);
  ++(Got ? Count.Taken : Count.Refused);
  if (!Got)
    return expect(!BestFit, "nothing is taken although something fits");
  size_t From = around(unit(*Got)).size();
  // Where alignment costs nothing it is a good fit.
  bool Good = Align > Granule || From <= BestFit + BestFit / 16;
  return expect(*Got % Align == 0 && Good && set({*Got, *Got + Size}, false),
                "the wrong range is taken");
}

bool RangeMapModel::takeFront() {
  size_t First = Source.below(Free.size());
  size_t End = std::min(Free.size(), First + Source.between(1, 30));
  AddressRange R = range(First, End), Around = around(First);
  bool Possible =
      Around.size() && Around.Begin == R.Begin && Around.End >= R.End;
  bool Taken = Map.takeFront(R);
  Count.TakenFront += Taken;
  return expect(Taken == Possible && (!Taken || set(R, false)),
                "the front of a range is taken wrongly");
}

bool RangeMapModel::takeWithin() {
  size_t First = Source.below(Free.size());
  size_t End = std::min(Free.size(), First + Source.between(1, 60));
  AddressRange Within = range(First, End);
  // Parts of it may lie where nothing ever was.
  if (Source.percent(3)) {
    Within.Begin = 0;
    First = 0;
  }
  if (Source.percent(3)) {
    Within.End = UINTPTR_MAX;
    End = Free.size();
  }
  std::vector<AddressRange> Expected;
  for (AddressRange R : ranges()) {
    R.Begin = std::max(R.Begin, address(First));
    R.End = std::min(R.End, address(End));
    if (R.Begin < R.End)
      Expected.push_back(R);
  }
  ++Count.TakenWithin;
  auto Pieces = Map.takeWithin(Within);
  for (AddressRange R : Pieces)
    if (!set(R, false))
      return expect(false, "what is not free is taken out of a range");
  return expect(std::equal(Pieces.begin(), Pieces.end(), Expected.begin(),
                           Expected.end(), equal),
                "something else is taken within a range than was free in it");
}

bool RangeMapModel::agree() {
  std::vector<AddressRange> Mine = ranges(), Other;
  Map.forEach([&](AddressRange R) { Other.push_back(R); });
  std::sort(Other.begin(), Other.end(),
            [](AddressRange L, AddressRange R) { return L.Begin < R.Begin; });
  size_t Bytes = 0, Largest = 0;
  for (AddressRange R : Mine) {
    Bytes += R.size();
    Largest = std::max(Largest, R.size());
  }
  return expect(std::equal(Mine.begin(), Mine.end(), Other.begin(), Other.end(),
                           equal),
                "other ranges are free") &&
         expect(Map.bytes() == Bytes && Map.largest() == Largest &&
                    Map.count() == Mine.size() && Map.empty() == Mine.empty(),
                "ranges are counted wrongly");
}

bool RangeMapModel::step() {
  ++Count.Operations;
  size_t What = Source.below(100);
  bool Ok = What < 46   ? give()
            : What < 90 ? take()
            : What < 97 ? takeFront()
                        : takeWithin();
  return Ok && agree() &&
         expect(Map.verify(), "lists, bitmap and tags do not fit together");
}

} // namespace jitslab
