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
#include <utility>

namespace jitslab {

/// Backs memory ahead of its use: one call instead of a page fault for each
/// page. One for each window.
class PopulateAhead {
public:
  /// What the system is to be asked for. It takes its time, so the arena is not
  /// locked then. By then other threads may have done anything with pages that
  /// were not handed out; the system refuses what makes no sense any more.
  struct Step {
    SlabBacking *Backing;
    AddressRange Pages;
    bool SlabIsFull = false;

    void run() const {
      SlabIsFull ? Backing->onSlabFull(Pages) : Backing->populate(Pages);
    }
  };
  using Steps = llvm::SmallVector<Step, 0>;

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

  /// What is to be done for what was handed out since the last call. The window
  /// has to live until it is done.
  Steps takeSteps() { return std::exchange(Todo, {}); }

private:
  void populate(SlabBacking &Backing, Lane L, AddressRange R);

  SlabTable &Slabs;
  const size_t PageSize;
  /// Each lane's populated bytes so far, which say how far ahead to go.
  PerLane<size_t> SoFar{};
  Steps Todo;
};

} // namespace jitslab

#endif // JITSLAB_CORE_POPULATEAHEAD_H
