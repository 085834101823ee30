//===- PopulateAhead.h - Memory before its first touch ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_POPULATEAHEAD_H
#define JITSLAB_CORE_POPULATEAHEAD_H

#include "SlabBacking.h"
#include "SlabTable.h"

namespace jitslab {

/// Backs memory ahead of its use: one call instead of a page fault for each
/// page. One for each window.
class PopulateAhead {
public:
  explicit PopulateAhead(SlabTable &Slabs, size_t PageSize)
      : Slabs(Slabs), PageSize(PageSize) {}

  /// Says that \p R, which lies in slabs of \p L, is handed out next.
  void handOut(SlabBacking &Backing, Lane L, AddressRange R) {
    size_t Last = Slabs.indexOf(R.End - 1);
    // All slabs that a range spans have to get their marks.
    if (R.End > Slabs.range(Last).Begin + Slabs[Last].Populated ||
        Slabs.indexOf(R.Begin) != Last)
      populate(Backing, L, R);
  }

private:
  void populate(SlabBacking &Backing, Lane L, AddressRange R);

  SlabTable &Slabs;
  const size_t PageSize;
  /// Each lane's populated bytes so far, which say how far ahead to go.
  PerLane<size_t> SoFar{};
};

} // namespace jitslab

#endif // JITSLAB_CORE_POPULATEAHEAD_H
