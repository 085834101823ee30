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
#include "FreeDeleter.h"
#include "jitslab/Arena.h"
#include "llvm/ADT/SmallVector.h"
#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace jitslab {

/// Free ranges of addresses between two fixed ones, in whole granules.
/// Neighbours coalesce, so that no two ranges touch. Not thread-safe.
///
/// Segregated fit with boundary tags: lists of ranges by size class, a bitmap
/// of the lists that hold something, and for the first and last granule of each
/// range its number (after M. Masmano et al., "TLSF: a new dynamic memory
/// allocator for real-time systems", ECRTS 2004). The tags lie in tables of
/// their own, since free memory may be sealed; there is a table only for the
/// slabs that had something free.
class RangeMap {
public:
  /// For ranges of the 2^32 granules from \p Base on, which is a multiple of
  /// \p Granule, a power of two of at most SlabSize.
  RangeMap(uintptr_t Base, size_t Granule);

  /// Takes \p Size bytes (whole granules, not 0) at a multiple of \p Align (a
  /// power of two) out of a range that is among the smallest that have them:
  /// of the smallest size below 32 granules, at most 1/16 larger above that.
  /// Takes constant time unless next to nothing fits: then all ranges are
  /// looked at that are large enough without the alignment.
  std::optional<uintptr_t> take(size_t Size, size_t Align);

  /// Takes \p R, if all of it is free and a free range begins where it begins.
  bool takeFront(AddressRange R);

  /// Gives \p R back (not empty, nothing of it free). Constant time but for a
  /// step for each slab of the range.
  /// \returns the free range that contains it now.
  AddressRange give(AddressRange R);

  /// Takes everything that is free within \p R, and returns the pieces in
  /// ascending order. Linear in the granules of \p R.
  llvm::SmallVector<AddressRange, 4> takeWithin(AddressRange R);

  bool empty() const { return Count == 0; }
  /// The number of ranges.
  size_t count() const { return Count; }
  /// The sum of their sizes in bytes.
  size_t bytes() const { return Bytes; }
  /// The size of the largest one in bytes, 0 if there is none. Linear in the
  /// ranges of its size class.
  size_t largest() const;

  /// True when lists, bitmap and tags agree, and ranges do not touch and sum up
  /// to bytes().
  bool verify() const;

  /// Calls \p Visit with each range, in no particular order.
  template <typename Fn> void forEach(Fn Visit) const {
    for (const Range &R : Ranges)
      if (R.Count)
        Visit(AddressRange{address(R.Begin), address(R.end())});
  }

private:
  // Positions and sizes in granules from Base.
  using Position = uint32_t;
  /// An index into Ranges; 0 is none.
  using RangeID = uint32_t;

  struct Range {
    Position Begin = 0;
    /// 0: no range; Next is then the next unused number.
    uint32_t Count = 0;
    RangeID Previous = 0, Next = 0;
    Position end() const { return Begin + Count; }
  };

  // Below LinearClasses granules each size has a class of its own; above, each
  // doubling has ClassesPerDoubling.
  static constexpr uint32_t LinearClasses = 32;
  static constexpr uint32_t LogClassesPerDoubling = 4;
  static constexpr uint32_t NumClasses =
      LinearClasses + ((32 - 5) << LogClassesPerDoubling);
  static uint32_t classOf(uint32_t Granules);

  /// How much memory the tags of one table stand for.
  static constexpr size_t TagTableBytes = SlabSize;

  uintptr_t address(uint64_t P) const { return Base + (P << LogGranule); }
  size_t bytesOf(uint32_t Granules) const {
    return size_t(Granules) << LogGranule;
  }
  Position position(uintptr_t Address) const {
    return Position((Address - Base) >> LogGranule);
  }

  uint32_t tagsPerTable() const { return uint32_t(1) << LogTagsPerTable; }
  RangeID tag(Position P) const {
    size_t Table = P >> LogTagsPerTable;
    if (Table >= Tags.size() || !Tags[Table])
      return 0;
    return Tags[Table][P & (tagsPerTable() - 1)];
  }
  void setTag(Position P, RangeID ID) {
    size_t Table = P >> LogTagsPerTable;
    if (Table >= Tags.size() || !Tags[Table])
      addTagTable(Table);
    Tags[Table][P & (tagsPerTable() - 1)] = ID;
  }
  void addTagTable(size_t Table);
  void tagTables(Position Begin, Position End, RangeID ID);
  RangeID rangeAt(Position P) const;

  RangeID insert(Position Begin, uint32_t Granules);
  void erase(RangeID ID);
  void link(RangeID ID);
  void unlink(RangeID ID);
  void resize(RangeID ID, Position Begin, uint32_t Granules);

  uint32_t nextUsedClass(uint32_t Class) const;
  bool fits(const Range &R, uint32_t Granules, size_t Align) const;
  RangeID findIn(uint32_t Class, uint32_t Granules, size_t Align,
                 size_t MostTried) const;
  RangeID find(uint32_t Granules, size_t Align) const;
  void carve(RangeID ID, Position Begin, uint32_t Granules);

  const uintptr_t Base;
  const unsigned LogGranule;
  const unsigned LogTagsPerTable;

  std::vector<Range> Ranges;
  RangeID FirstUnused = 0;
  std::array<RangeID, NumClasses> Heads{};
  /// A bit for each class that has ranges, and one for each of those words.
  std::array<uint64_t, (NumClasses + 63) / 64> UsedClasses{};
  uint32_t UsedWords = 0;
  /// For each slab: the range that begins or ends at a granule, or that covers
  /// the slab's first granule. What is here for other granules means nothing:
  /// whoever reads a tag looks at the range whether it is true.
  /// From calloc, so that what is never written costs no memory.
  std::vector<std::unique_ptr<RangeID[], FreeDeleter>> Tags;
  size_t Count = 0;
  size_t Bytes = 0;
};

} // namespace jitslab

#endif // JITSLAB_CORE_RANGEMAP_H
