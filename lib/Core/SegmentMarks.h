//===- SegmentMarks.h - Where segments begin in a window --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_SEGMENTMARKS_H
#define JITSLAB_CORE_SEGMENTMARKS_H

#include "../Platform/AddressSpace.h"
#include "Inspection.h"
#include "jitslab/MemoryLocation.h"
#include <atomic>
#include <memory>
#include <optional>

namespace jitslab {

/// For each granule of a window four bits: what begins there, a segment of a
/// live object, of a freed one, what is not used, or nothing. A mark is
/// followed by another one where what begins there ends. So the last mark
/// before an address says what has the address, live or freed (docs/adr/0023).
///
/// One thread at a time changes it; any may look meanwhile, also one that has
/// interrupted the change. The tables, one for each slab in which something
/// begins, stay until this dies.
class SegmentMarks {
public:
  /// For what shows them from outside.
  ///
  /// 1 + the kind of a live segment, 4 + that of a freed one.
  enum Mark : uint8_t { None = 0, Live = 1, Freed = 4, Unused = 7 };
  static void describe(Mark M, MemoryState &State, SegmentKind &Kind);
  static constexpr size_t MarksPerByte = 2;
  static size_t granulesPerSlab(unsigned LogGranule);
  /// Segments begin within granules of pages only.
  static bool hasOffsets(unsigned LogGranule);
  /// The size of the table of a slab: its marks and, behind them, two bytes for
  /// each granule, the offset of the segment that begins there.
  static size_t tableBytes(unsigned LogGranule);

  /// \p Slabs, a Slab for each, is what Record says of the window's slabs.
  SegmentMarks(AddressRange Window, size_t Granule,
               const void *Slabs = nullptr);
  ~SegmentMarks();

  /// Says that \p R, whole granules of which nothing is live, holds a segment
  /// of kind \p K from now on. Its first usable byte is \p Offset bytes, less
  /// than a granule, after the begin of \p R.
  void noteLive(AddressRange R, SegmentKind K, uint16_t Offset);
  /// Says that the segment that ends where \p R begins has \p R too.
  void noteLonger(AddressRange R) { replace(R, None); }
  /// Says that the segment that \p Address, whole granules from its begin,
  /// belongs to ends there.
  void noteShorter(uintptr_t Address) { set(granuleOf(Address), Unused); }
  /// Says that the segment of kind \p K that begins at \p Begin is freed.
  void noteFreed(uintptr_t Begin, SegmentKind K);
  /// Says that what is known of \p R, whole slabs, is not true any more: other
  /// memory is there.
  void noteNewSlabs(AddressRange R) { replace(R, Unused); }

  /// Async-signal-safe. \returns Outside for an address outside of the window.
  MemoryLocation find(uintptr_t Address) const;

  // SegmentIndex chains the windows of an arena by their records. Other
  // threads, and other processes, read these.
  struct RecordOfMarks : WindowRecord {
    SegmentMarks *Owner;
  } Record;
  SegmentMarks *NextRetired = nullptr;

private:
  using Word = std::atomic<uint64_t>;

  /// Granules are counted from the window's begin.
  size_t granuleOf(uintptr_t Address) const {
    return (Address - Window.Begin) >> LogGranule;
  }
  uintptr_t addressOf(size_t G) const {
    return Window.Begin + (G << LogGranule);
  }

  Word *wordsAt(size_t Slab) const {
    return Tables[Slab].load(std::memory_order_acquire);
  }
  /// \returns the word with the mark of \p G; null where the slab has no table.
  Word *wordOf(size_t G) const;
  /// The same, makes the table.
  Word &makeWordOf(size_t G);
  std::atomic<uint16_t> &offsetOf(size_t G) const;
  Mark get(size_t G) const;
  void set(size_t G, Mark M);
  void replace(AddressRange R, Mark M);
  void clear(size_t Begin, size_t End);

  /// \returns the last marked granule before \p End; none if there is none.
  std::optional<size_t> lastBefore(size_t End) const;
  /// \returns the first marked granule from \p Begin on, or the window's end.
  size_t firstFrom(size_t Begin) const;

  const AddressRange Window;
  const unsigned LogGranule;
  const unsigned LogPerSlab;
  const bool HasOffsets;
  /// For each slab its table; null: no marks.
  const std::unique_ptr<std::atomic<Word *>[]> Tables;
};

} // namespace jitslab

#endif // JITSLAB_CORE_SEGMENTMARKS_H
