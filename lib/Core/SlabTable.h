//===- SlabTable.h - Which lane has which slab ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_SLABTABLE_H
#define JITSLAB_CORE_SLABTABLE_H

#include "../Platform/AddressSpace.h"
#include "Lane.h"
#include "jitslab/Arena.h"
#include "llvm/ADT/SmallVector.h"
#include <algorithm>
#include <optional>

namespace jitslab {

/// What a window knows of one of its slabs.
struct Slab {
  /// The lane that has taken it.
  Lane Owner = Lane::Untaken;
  /// The lane that it is earmarked for; that of the owner while it is taken.
  Lane Earmark = Lane::Untaken;
  /// Bytes in live allocations.
  uint32_t Live = 0;
  /// Bytes that are not live and never used again: see FrozenSlabs.
  uint32_t Frozen = 0;
  /// The end of the part that was backed with memory ahead of its use: bytes
  /// from the slab's begin.
  uint32_t Populated = 0;
  /// The end of the highest code that was freed in it, likewise. Memory that is
  /// used for the first time lies above.
  uint32_t FreedCode = 0;
};

/// Where in a window lanes begin.
struct LaneOrigins {
  /// Code begins at the window's end.
  bool CodeAtEnd = false;
  /// Read-only data begins apart from data. That makes fewer mappings, but
  /// nothing larger than three quarters of the window has room in it then.
  bool ROApart = false;
};

/// Gives the slabs of a window to lanes on demand.
///
/// Mixed and Code grow from the window's first slab, RWData from its last, and
/// ROData downwards from there too, or from its last quarter; or the other way
/// round, where code is to lie at the end. A lane that needs a slab earmarks a
/// run of neighbours for itself, each run four times as long as the one before:
/// so equal protections lie side by side, and a window has O(log slabs) borders
/// between lanes. An earmark is a preference only. When nothing else is left,
/// any lane may take the slab: no lane can exhaust a fixed share. Not
/// thread-safe. Slabs are named by their index in the window.
class SlabTable {
public:
  /// For a window of \p Slabs slabs that begins at \p Base.
  explicit SlabTable(size_t Slabs, uintptr_t Base = 0, LaneOrigins O = {});

  /// Takes \p Count neighbouring slabs for \p L, the first of them at a
  /// multiple of \p AlignSlabs counted from \p Phase slabs before the window.
  /// \returns the first one.
  std::optional<size_t> take(Lane L, size_t Count, size_t AlignSlabs = 1,
                             size_t Phase = 0);

  /// Gives a slab back.
  void give(size_t I);

  size_t size() const { return Slabs.size(); }
  Slab &operator[](size_t I) { return Slabs[I]; }
  const Slab &operator[](size_t I) const { return Slabs[I]; }

  size_t indexOf(uintptr_t Address) const {
    return (Address - Base) / SlabSize;
  }
  /// The addresses of \p Count slabs.
  AddressRange range(size_t First, size_t Count = 1) const {
    return {Base + First * SlabSize, Base + (First + Count) * SlabSize};
  }
  /// Calls \p Visit with each slab that \p R (not empty) lies in, and where in
  /// the slab its part begins and ends.
  template <typename Fn> void forEachPart(AddressRange R, Fn Visit) const {
    do {
      size_t I = indexOf(R.Begin);
      AddressRange Whole = range(I);
      uintptr_t PartEnd = std::min(R.End, Whole.End);
      Visit(I, uint32_t(R.Begin - Whole.Begin),
            uint32_t(PartEnd - Whole.Begin));
      R.Begin = PartEnd;
    } while (R.Begin != R.End);
  }

  /// The addresses of \p Count slabs, which have the same owner, and of
  /// neighbours on both sides that are untaken and earmarked for it.
  AddressRange runAround(size_t First, size_t Count) const;

  /// Slabs that no lane has taken.
  size_t untaken() const { return Untaken; }
  struct Run {
    size_t First = 0, Count = 0;
  };
  /// The most neighbouring slabs that no lane has taken.
  Run longestUntaken() const;

  bool verify() const;

private:
  std::optional<size_t> findEarmarked(Lane L, size_t Count, size_t AlignSlabs,
                                      size_t Phase) const;
  std::optional<size_t> findUnmarked(Lane L, size_t Run, size_t AlignSlabs,
                                     size_t Phase) const;
  std::optional<size_t> findUntaken(Lane L, size_t Count, size_t AlignSlabs,
                                    size_t Phase) const;
  /// \returns false if no run of \p Count slabs is untaken.
  bool earmark(Lane L, size_t Count, size_t AlignSlabs, size_t Phase);
  /// \returns where \p Count slabs of \p Untaken begin that others can spare.
  size_t leaveFront(Run Untaken, size_t Count) const;
  template <typename Usable>
  std::optional<size_t> find(Lane L, size_t Count, size_t AlignSlabs,
                             size_t Phase, Usable IsUsable) const;

  /// The \p I-th of \p Positions first slabs that \p L tries.
  size_t position(Lane L, size_t I, size_t Positions) const;

  const uintptr_t Base;
  const LaneOrigins Origins;
  llvm::SmallVector<Slab, 0> Slabs;
  PerLane<size_t> NextRun;
  size_t Untaken;
};

} // namespace jitslab

#endif // JITSLAB_CORE_SLABTABLE_H
