//===- FrameTables.h - Many objects' frames in few tables -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNWIND_FRAMETABLES_H
#define JITSLAB_UNWIND_FRAMETABLES_H

#include "Unwinder.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <ctime>
#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace jitslab {

/// Registers frames with an unwinder that keeps a list (UnwinderKind::List) in
/// tables of neighbours, so that the list stays short.
///
/// The unwinder takes the first entry of its list that begins at or below an
/// address, and looks no further, so tables do not overlap. A table does not
/// change: others take its place, and are registered before it is deregistered,
/// so that other threads find at any time what stays.
///
/// Tables grow as a binary counter does: what is new is merged with neighbours
/// that are no larger. Where something is taken out, a table is halved down to
/// the place, to about the square root of what there is: then what a call
/// copies and how long the list is balance. What was disturbed so may be merged
/// again after as many calls as it holds objects. So a host that loads has few
/// large tables.
///
/// Not thread-safe.
class FrameTables {
public:
  explicit FrameTables(Unwinder &U);
  ~FrameTables();
  FrameTables(const FrameTables &) = delete;

  /// Registers \p Frames, of code that begins at \p Low. No other code lies
  /// between its ends.
  /// \returns false, with nothing changed, if \p Low is there already.
  bool add(uintptr_t Low, const uint8_t *Frames);
  /// Deregisters what was added with \p Low, if anything was.
  void remove(uintptr_t Low);

  size_t tables() const { return Tables.size(); }

public:
  /// What the unwinder keeps for a table. Up to GCC 12 a thread that has found
  /// a frame reads it when libgcc's lock is given back already, and by then the
  /// table may have been replaced. So it lives on for longer than that takes.
  struct Record {
    void *Words[Unwinder::TableRecordSize] = {};
  };

private:
  struct Item {
    uintptr_t Low;
    const uint8_t *Frames;
  };
  using Items = llvm::ArrayRef<Item>;
  struct Table;
  using Map = std::map<uintptr_t, std::unique_ptr<Table>>;

  /// The table that has or could have \p Low in it; end() if there is none.
  Map::iterator tableAt(uintptr_t Low);
  size_t few() const;
  bool mayMerge(const Table &A, const Table &B, size_t Others) const;
  /// Puts tables of \p Now, in rising order, in the place of [\p First, \p
  /// Last).
  void replace(Map::iterator First, Map::iterator Last,
               llvm::ArrayRef<Items> Now, uint64_t Disturbed);
  void mergeAt(Map::iterator Place);
  void mergeQuiet();

  Record *takeRecord(time_t Now);

  Unwinder &U;
  Map Tables;
  /// Those of tables that were replaced, and when; the oldest first.
  std::deque<std::pair<Record *, time_t>> Retired;
  /// All records, together: among what comes and goes on the heap they would
  /// keep it in pieces.
  std::vector<std::unique_ptr<Record[]>> Records;
  size_t UnusedRecords = 0;
  /// Objects.
  size_t Count = 0;
  /// Calls so far, and one.
  uint64_t Time = 1;
  /// How many objects mergeQuiet may still copy.
  size_t Credit = 0;
  /// Where it goes on.
  uintptr_t Cursor = 0;
};

} // namespace jitslab

#endif // JITSLAB_UNWIND_FRAMETABLES_H
