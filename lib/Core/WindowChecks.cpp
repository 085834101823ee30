//===- WindowChecks.cpp - What a window says of itself --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Window.h"
#include "jitslab/ArenaSnapshot.h"
#include <algorithm>

using namespace llvm;

namespace jitslab {

WindowSnapshot Window::snapshot() const {
  WindowSnapshot S;
  S.Begin = begin();
  S.End = end();
  S.Slabs.reserve(Slabs.size());
  for (size_t I = 0; I != Slabs.size(); ++I)
    S.Slabs.push_back({Slabs[I].Owner, Slabs[I].Live});
  return S;
}

bool Window::verify() const {
  if (!Slabs.verify())
    return false;
  bool Ok = true;
  // Every byte of a committed slab is live, frozen or, in the slab's lane,
  // free. Other slabs have none.
  SmallVector<size_t, 0> Unused(Slabs.size(), 0);
  for (Lane L : AllLanes) {
    Ok &= std::max(Free[L].Writable.largest(), Free[L].Protected.largest()) <
          Refused.bytes()[L];
    for (const RangeMap *M : {&Free[L].Writable, &Free[L].Protected}) {
      Ok &= M->verify();
      M->forEach([&](AddressRange R) {
        if (R.Begin < begin() || R.End > end() || R.Begin % Granule ||
            R.End % Granule) {
          Ok = false;
          return;
        }
        Slabs.forEachPart(R, [&](size_t I, uint32_t Begin, uint32_t End) {
          Ok &= Slabs[I].Owner == L;
          Unused[I] += End - Begin;
        });
      });
    }
  }
  size_t Live = 0, FrozenUnused = 0;
  for (size_t I = 0; I != Slabs.size(); ++I) {
    size_t Committed = Slabs[I].Owner != Lane::Untaken ? SlabSize : 0;
    Ok &= Unused[I] + Slabs[I].Frozen + Slabs[I].Live == Committed;
    Live += Slabs[I].Live;
    FrozenUnused += Slabs[I].Frozen;
  }
  return Ok && Live == LiveBytes && FrozenUnused == Frozen.bytes();
}

} // namespace jitslab
