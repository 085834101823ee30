//===- RangeMap.cpp - A set of free address ranges ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RangeMap.h"
#include "llvm/Support/MathExtras.h"
#include <cassert>

using namespace llvm;

namespace jitslab {

void RangeMap::insert(AddressRange R) {
  ByAddress.emplace(R.Begin, R.End);
  BySize.emplace(R.size(), R.Begin);
  Bytes += R.size();
}

void RangeMap::erase(AddressIndex::iterator I) {
  size_t Size = I->second - I->first;
  BySize.erase({Size, I->first});
  ByAddress.erase(I);
  Bytes -= Size;
}

std::optional<uintptr_t> RangeMap::take(size_t Size, size_t Align) {
  assert(Size && isPowerOf2_64(Align) && "not a request");
  for (auto I = BySize.lower_bound({Size, 0}); I != BySize.end(); ++I) {
    uintptr_t Begin = I->second, End = Begin + I->first;
    uintptr_t Start = alignTo(Begin, Align);
    if (Start < Begin || Start > End || End - Start < Size)
      continue;
    erase(ByAddress.find(Begin));
    if (Start != Begin)
      insert({Begin, Start});
    if (Start + Size != End)
      insert({Start + Size, End});
    return Start;
  }
  return std::nullopt;
}

AddressRange RangeMap::give(AddressRange R) {
  assert(R.Begin < R.End && "empty range");
  auto Next = ByAddress.lower_bound(R.Begin);
  assert((Next == ByAddress.end() || Next->first >= R.End) && "freed twice");
  if (Next != ByAddress.begin()) {
    auto Previous = std::prev(Next);
    assert(Previous->second <= R.Begin && "freed twice");
    if (Previous->second == R.Begin) {
      R.Begin = Previous->first;
      erase(Previous);
    }
  }
  if (Next != ByAddress.end() && Next->first == R.End) {
    R.End = Next->second;
    erase(Next);
  }
  insert(R);
  return R;
}

SmallVector<AddressRange, 4> RangeMap::takeWithin(AddressRange R) {
  SmallVector<AddressRange, 4> Taken;
  auto I = ByAddress.upper_bound(R.Begin);
  if (I != ByAddress.begin() && std::prev(I)->second > R.Begin)
    --I;
  while (I != ByAddress.end() && I->first < R.End) {
    AddressRange Whole{I->first, I->second};
    AddressRange Inside{std::max(Whole.Begin, R.Begin),
                        std::min(Whole.End, R.End)};
    auto Following = std::next(I);
    erase(I);
    if (Whole.Begin < Inside.Begin)
      insert({Whole.Begin, Inside.Begin});
    if (Inside.End < Whole.End)
      insert({Inside.End, Whole.End});
    Taken.push_back(Inside);
    I = Following;
  }
  return Taken;
}

bool RangeMap::verify() const {
  if (ByAddress.size() != BySize.size())
    return false;
  size_t Sum = 0;
  uintptr_t LastEnd = 0;
  bool First = true;
  for (auto &[Begin, End] : ByAddress) {
    if (Begin >= End || (!First && Begin <= LastEnd) ||
        !BySize.count({End - Begin, Begin}))
      return false;
    Sum += End - Begin;
    LastEnd = End;
    First = false;
  }
  return Sum == Bytes;
}

} // namespace jitslab
