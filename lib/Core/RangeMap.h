//===- RangeMap.h - A set of free address ranges ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_RANGEMAP_H
#define JITSLAB_CORE_RANGEMAP_H

#include "../Platform/AddressSpace.h"
#include "llvm/ADT/SmallVector.h"
#include <map>
#include <optional>
#include <set>

namespace jitslab {

/// Free ranges of addresses. Neighbours coalesce, so that no two ranges touch.
/// Not thread-safe.
class RangeMap {
public:
  /// Takes \p Size bytes (not 0) at a multiple of \p Align (a power of two) out
  /// of the smallest range that has them, of several the lowest.
  /// O(log n) when \p Align is at most the alignment of all ranges given; in
  /// the worst case linear in the ranges of less than Size + Align bytes.
  std::optional<uintptr_t> take(size_t Size, size_t Align);

  /// Gives \p R back (not empty, nothing of it free). O(log n).
  /// \returns the free range that contains it now.
  AddressRange give(AddressRange R);

  /// Takes everything that is free within \p R, and returns the pieces.
  llvm::SmallVector<AddressRange, 4> takeWithin(AddressRange R);

  bool empty() const { return ByAddress.empty(); }
  /// The number of ranges.
  size_t count() const { return ByAddress.size(); }
  /// The sum of their sizes in bytes.
  size_t bytes() const { return Bytes; }
  /// The size of the largest one in bytes, 0 if there is none.
  size_t largest() const { return BySize.empty() ? 0 : BySize.rbegin()->first; }

  /// True when the two indexes agree, ranges are ordered, do not touch and sum
  /// up to bytes().
  bool verify() const;

  /// Calls \p Visit with each range in ascending order.
  template <typename Fn> void forEach(Fn Visit) const {
    for (auto &[Begin, End] : ByAddress)
      Visit(AddressRange{Begin, End});
  }

private:
  using AddressIndex = std::map<uintptr_t, uintptr_t>;

  void insert(AddressRange R);
  void erase(AddressIndex::iterator I);

  AddressIndex ByAddress;
  /// (size, begin): the order in which take looks.
  std::set<std::pair<size_t, uintptr_t>> BySize;
  size_t Bytes = 0;
};

} // namespace jitslab

#endif // JITSLAB_CORE_RANGEMAP_H
