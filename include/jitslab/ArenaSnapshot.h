//===- ArenaSnapshot.h - What lies where in an arena ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What Arena::snapshot returns: the windows of an arena and the use of their
/// slabs at one moment, for programs that show or check a layout. Plain data;
/// nothing of it refers to the arena. All sizes are in bytes.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_ARENASNAPSHOT_H
#define JITSLAB_ARENASNAPSHOT_H

#include "jitslab/ABI.h"
#include <cstddef>
#include <cstdint>
#include <vector>

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// What a slab holds; see docs/design.md, "lane".
enum class SlabUse : uint8_t {
  /// Reserved address space only.
  Untaken,
  /// Whole objects.
  Mixed,
  Code,
  ROData,
  RWData
};

/// One slab of a window.
struct SlabSnapshot {
  SlabUse Use = SlabUse::Untaken;
  /// Of live allocations, in whole granules of the layout; at most SlabSize.
  size_t LiveBytes = 0;
};

/// A window and its slabs.
struct WindowSnapshot {
  /// Addresses [Begin, End).
  uintptr_t Begin = 0, End = 0;
  /// In the order of addresses; the first one starts at Begin.
  std::vector<SlabSnapshot> Slabs;
};

/// All windows of an arena.
struct ArenaSnapshot {
  /// Oldest first.
  std::vector<WindowSnapshot> Windows;
};

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_ARENASNAPSHOT_H
