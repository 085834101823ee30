//===- RoomIndex.h - Which window may have room -----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_ROOMINDEX_H
#define JITSLAB_CORE_ROOMINDEX_H

#include "Lane.h"
#include "llvm/ADT/SmallVector.h"

namespace jitslab {

/// Bytes for each lane. A window refuses so many and more, as far as is known,
/// SIZE_MAX if nothing is. An object needs so many or more.
using LaneBytes = PerLane<size_t>;

/// Finds the oldest window that may have room for an object, without a look at
/// each of those that have none: a tree of what windows refuse. A node refuses
/// what all windows below it refuse. Not thread-safe.
class RoomIndex {
public:
  /// Adds a window behind the others.
  void add(const LaneBytes &Refused);
  /// Forgets the last window.
  void removeLast();
  /// Forgets all windows.
  void clear();
  /// Says what window \p W refuses now.
  void set(size_t W, const LaneBytes &Refused);
  const LaneBytes &get(size_t W) const { return Tree[Leaves + W]; }

  size_t size() const { return Count; }

  /// The first window from \p From on that is not known to refuse \p Needed;
  /// size() if there is none. Logarithmic, as long as neighbours refuse it in
  /// the same lane.
  size_t next(size_t From, const LaneBytes &Needed) const;

  /// True when every node says what its windows have in common.
  bool verify() const;

private:
  static bool refuses(const LaneBytes &Refused, const LaneBytes &Needed);
  static LaneBytes common(const LaneBytes &L, const LaneBytes &R);

  /// A complete binary tree: node I has the children 2I and 2I + 1, node 1 is
  /// the root, window W is node Leaves + W.
  llvm::SmallVector<LaneBytes, 0> Tree;
  /// A power of two, or 0.
  size_t Leaves = 0;
  size_t Count = 0;
};

} // namespace jitslab

#endif // JITSLAB_CORE_ROOMINDEX_H
