//===- RoomIndex.cpp - Which window may have room -------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RoomIndex.h"
#include <algorithm>
#include <cassert>

namespace jitslab {

// A node without a window refuses every object.
static constexpr LaneBytes NoWindow = {{1, 1, 1, 1}};

bool RoomIndex::refuses(const LaneBytes &Refused, const LaneBytes &Needed) {
  // A lane that nothing is needed from refuses nothing.
  for (Lane L : AllLanes)
    if (Needed[L] && Needed[L] >= Refused[L])
      return true;
  return false;
}

LaneBytes RoomIndex::common(const LaneBytes &L, const LaneBytes &R) {
  LaneBytes Both;
  for (Lane I : AllLanes)
    Both[I] = std::max(L[I], R[I]);
  return Both;
}

void RoomIndex::removeLast() { set(--Count, NoWindow); }

void RoomIndex::clear() {
  Tree.clear();
  Leaves = Count = 0;
}

void RoomIndex::add(const LaneBytes &Refused) {
  if (Count == Leaves) {
    llvm::SmallVector<LaneBytes, 0> Old;
    std::swap(Old, Tree);
    size_t OldLeaves = Leaves;
    Leaves = std::max<size_t>(2 * Leaves, 1);
    Tree.assign(2 * Leaves, NoWindow);
    std::copy_n(Old.begin() + OldLeaves, Count, Tree.begin() + Leaves);
    for (size_t I = Leaves; --I > 0;)
      Tree[I] = common(Tree[2 * I], Tree[2 * I + 1]);
  }
  set(Count++, Refused);
}

void RoomIndex::set(size_t W, const LaneBytes &Refused) {
  size_t Node = Leaves + W;
  Tree[Node] = Refused;
  while (Node /= 2) {
    LaneBytes Both = common(Tree[2 * Node], Tree[2 * Node + 1]);
    if (Tree[Node] == Both)
      break;
    Tree[Node] = Both;
  }
}

// Upwards past subtrees that refuse, then down into the first that does not.
size_t RoomIndex::next(size_t From, const LaneBytes &Needed) const {
  if (From >= Count)
    return Count;
  size_t Node = Leaves + From;
  for (;;) {
    if (!refuses(Tree[Node], Needed)) {
      if (Node >= Leaves)
        return Node - Leaves;
      Node *= 2;
      continue;
    }
    // The next subtree to the right.
    while (Node & 1)
      Node /= 2;
    if (!Node)
      return Count;
    ++Node;
  }
}

bool RoomIndex::verify() const {
  for (size_t I = 1; I < Leaves; ++I)
    if (Tree[I] != common(Tree[2 * I], Tree[2 * I + 1]))
      return false;
  for (size_t W = Count; W != Leaves; ++W)
    if (Tree[Leaves + W] != NoWindow)
      return false;
  return true;
}

} // namespace jitslab
