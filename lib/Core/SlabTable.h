//===- SlabTable.h - Which lane has which slab ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_SLABTABLE_H
#define JITSLAB_CORE_SLABTABLE_H

#include "llvm/ADT/SmallVector.h"
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace jitslab {

/// What a slab holds. Mixed: whole objects (Layout::PerObject).
enum class Lane : uint8_t { Mixed, Code, ROData, RWData };
inline constexpr size_t NumLanes = 4;

/// Gives the slabs of a window to lanes on demand.
///
/// Mixed and Code grow from the window's first slab, ROData and RWData from its
/// last. A lane that needs a slab sets a run of neighbours aside for itself,
/// each run four times as long as the one before: so equal protections lie side
/// by side, and a window has O(log slabs) borders between lanes. What is set
/// aside is a preference only. When nothing else is left, any lane may take it:
/// no lane can exhaust a fixed share. Not thread-safe. Slabs are named by their
/// index in the window.
class SlabTable {
public:
  explicit SlabTable(size_t Slabs);

  /// Takes \p Count neighbouring slabs for \p L, the first of them at a
  /// multiple of \p AlignSlabs counted from \p Phase slabs before the window.
  /// \returns the first one.
  std::optional<size_t> take(Lane L, size_t Count, size_t AlignSlabs = 1,
                             size_t Phase = 0);

  /// Gives a slab back.
  void give(size_t Slab);

  size_t size() const { return Owner.size(); }
  /// Slabs that no lane has taken.
  size_t untaken() const { return Untaken; }
  /// The most neighbouring slabs that no lane has taken.
  size_t longestUntaken() const;
  /// The lane that has taken \p Slab.
  std::optional<Lane> owner(size_t Slab) const;

  bool verify() const;

private:
  /// The value of an entry: 0 for none, otherwise 1 + the lane.
  using Entry = uint8_t;
  static Entry entry(Lane L) { return Entry(1 + size_t(L)); }

  std::optional<size_t> findInReserve(Lane L, size_t Count, size_t AlignSlabs,
                                      size_t Phase) const;
  std::optional<size_t> findUnreserved(Lane L, size_t Run, size_t AlignSlabs,
                                       size_t Phase) const;
  std::optional<size_t> setAside(Lane L, size_t Count, size_t AlignSlabs,
                                 size_t Phase);
  std::optional<size_t> findAnywhere(Lane L, size_t Count, size_t AlignSlabs,
                                     size_t Phase) const;
  template <typename Usable>
  std::optional<size_t> find(bool FromTop, size_t Count, size_t AlignSlabs,
                             size_t Phase, Usable IsUsable) const;

  llvm::SmallVector<Entry, 0> Owner;
  /// The lane that a slab is set aside for; kept while the slab is taken.
  llvm::SmallVector<Entry, 0> Reserve;
  std::array<size_t, NumLanes> NextRun;
  size_t Untaken;
};

} // namespace jitslab

#endif // JITSLAB_CORE_SLABTABLE_H
