//===- Refusals.h - What a window is known to have no room for --*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_REFUSALS_H
#define JITSLAB_CORE_REFUSALS_H

#include "RoomIndex.h"
#include <algorithm>

namespace jitslab {

/// The smallest sizes that a window has refused to new objects, for each lane,
/// since something was last given back there. A full window is not asked again.
/// Tells an index of every change.
class Refusals {
public:
  Refusals() { Bytes.fill(SIZE_MAX); }

  /// \p L has no room for \p Size bytes, nor for more.
  void note(Lane L, size_t Size) {
    if (Size < Bytes[L])
      change(L, Size);
  }
  /// \p L may have more room than before.
  void forget(Lane L) {
    if (Bytes[L] != SIZE_MAX)
      change(L, SIZE_MAX);
  }
  /// All lanes may.
  void forget() {
    for (Lane L : AllLanes)
      forget(L);
  }

  const LaneBytes &bytes() const { return Bytes; }

  /// Adds the window to \p I, which must outlive this, and tells \p I of
  /// changes from now on.
  void reportTo(RoomIndex &I) {
    Index = &I;
    Number = I.size();
    I.add(Bytes);
  }

private:
  void change(Lane L, size_t Size) {
    Bytes[L] = Size;
    if (Index)
      Index->set(Number, Bytes);
  }

  LaneBytes Bytes;
  RoomIndex *Index = nullptr;
  size_t Number = 0;
};

} // namespace jitslab

#endif // JITSLAB_CORE_REFUSALS_H
