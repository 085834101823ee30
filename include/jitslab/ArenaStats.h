//===- ArenaStats.h - What an arena holds -----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_ARENASTATS_H
#define JITSLAB_ARENASTATS_H

#include "jitslab/ABI.h"
#include <cstddef>

/// X(MEMBER, UNIT, LABEL) for each number of ArenaStats, for who copies or
/// prints all of them. UNIT is Count or Bytes.
#define JITSLAB_ARENA_STATS(X)                                                 \
  X(Windows, Count, "windows")                                                 \
  X(WindowsNear, Count, "windows near")                                        \
  X(ReservedBytes, Bytes, "reserved")                                          \
  X(CommittedBytes, Bytes, "committed")                                        \
  X(LiveBytes, Bytes, "live")                                                  \
  X(FreeBytes, Bytes, "free")                                                  \
  X(FrozenBytes, Bytes, "frozen")                                              \
  X(LanedObjects, Count, "laned objects")                                      \
  X(LiveObjects, Count, "live objects")                                        \
  X(OutsideBytes, Bytes, "outside")

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// What an arena holds. Taken at one moment; see Arena::stats.
struct ArenaStats {
  /// Windows that exist now, and how many of them are within reach of
  /// ArenaOptions::Near.
  size_t Windows = 0, WindowsNear = 0;
  /// Address space of all windows.
  size_t ReservedBytes = 0;
  /// Slabs that were given to objects and not yet given back to the system.
  size_t CommittedBytes = 0;
  /// What live allocations own, in whole granules of the layout (pages;
  /// 64 bytes in Dense).
  size_t LiveBytes = 0;
  /// Committed, and ready to be allocated.
  size_t FreeBytes = 0;
  /// Not live any more and never used again, because a fork has left it to
  /// another process too (Layout::Dense). Committed as long as anything is live
  /// in the same slab.
  size_t FrozenBytes = 0;
  /// Live objects that have no block of their own, because mappings run short
  /// (Layout::PerObject; see there). 0 in other layouts.
  size_t LanedObjects = 0;
  /// Objects that hold memory.
  size_t LiveObjects = 0;
  /// What live objects have outside the windows, in whole pages: large data
  /// that no window has room for, each section in a mapping of its own. No part
  /// of the other numbers.
  size_t OutsideBytes = 0;
};

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_ARENASTATS_H
