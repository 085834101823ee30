//===- SegmentIndex.h - What has an address ---------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_SEGMENTINDEX_H
#define JITSLAB_CORE_SEGMENTINDEX_H

#include "SegmentMarks.h"

namespace jitslab {

/// The marks of all windows of an arena, for who looks without the arena's
/// lock. Who changes it has the lock. What is removed while somebody looks is
/// kept until something is removed while nobody does.
class SegmentIndex {
public:
  SegmentIndex() = default;
  ~SegmentIndex();
  SegmentIndex(const SegmentIndex &) = delete;
  SegmentIndex &operator=(const SegmentIndex &) = delete;

  void add(SegmentMarks &M);
  /// Takes \p M over.
  void remove(SegmentMarks &M);

  /// Called in the child of a fork: the threads that looked are not there.
  void forgetReaders() { Readers = 0; }

  /// Shows the arena to other processes, until this dies.
  void show(uint32_t Layout, size_t Granule);

  /// Async-signal-safe, from any thread.
  MemoryLocation find(uintptr_t Address) const;

private:
  void freeRetired();

  static SegmentMarks *next(const std::atomic<WindowRecord *> &Link) {
    WindowRecord *R = Link.load();
    return R ? static_cast<SegmentMarks::RecordOfMarks *>(R)->Owner : nullptr;
  }

  ArenaRecord Record;
  bool IsShown = false;
  SegmentMarks *Retired = nullptr;
  /// How many look.
  mutable std::atomic<unsigned> Readers{0};
};

} // namespace jitslab

#endif // JITSLAB_CORE_SEGMENTINDEX_H
