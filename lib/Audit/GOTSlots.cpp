//===- GOTSlots.cpp - Where a linker's slots may be -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GOTSlots.h"

using namespace llvm;

namespace jitslab {

GOTSlots::Addresses GOTSlots::findAt(ArrayRef<uint64_t> Wanted,
                                     ArrayRef<uint64_t> LedTo) {
  Addresses Found;
  for (uint64_t Hint : LedTo)
    if (holdsOneOf(O.Read, Hint, Wanted))
      Found.push_back(Hint);
  if (!Found.empty())
    return Found;
  if (!Slots)
    Slots = readSlots(O);
  for (uint64_t W : Wanted)
    for (auto [It, End] = Slots->equal_range(W); It != End; ++It)
      Found.push_back(It->second);
  return Found;
}

GOTSlots::Addresses GOTSlots::findFor(ArrayRef<uint64_t> Wanted, Reference R) {
  Addresses LedTo;
  const SlotHalves &H = Halves[R];
  for (uint64_t Page : H.Pages)
    for (uint64_t Offset : H.Offsets)
      LedTo.push_back(Page + Offset);
  return findAt(Wanted, LedTo);
}

} // namespace jitslab
