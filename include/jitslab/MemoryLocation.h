//===- MemoryLocation.h - What an address of an arena is --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What Arena::lookup returns. Plain data; nothing of it refers to the arena.
/// All sizes are in bytes.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_MEMORYLOCATION_H
#define JITSLAB_MEMORYLOCATION_H

#include "jitslab/ABI.h"
#include "jitslab/Allocation.h"
#include <cstddef>
#include <cstdint>

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// What lies at an address. The numbers are part of the ABI.
enum class MemoryState : uint8_t {
  /// No window of the arena has the address. Sections that lie outside of the
  /// windows (ArenaStats::OutsideBytes), and windows that were released, do
  /// not either.
  Outside = 0,
  /// A window has it, and no object that is known had it last: it was never
  /// used, or it lies between two segments.
  Unused = 1,
  /// It belongs to an object.
  Live = 2,
  /// It belonged to an object that was freed, and to nobody since.
  Freed = 3
};

struct MemoryLocation {
  MemoryState State = MemoryState::Outside;
  /// The rest is for Live and Freed only.
  ///
  /// What the segment is, or was, used for.
  SegmentKind Kind = SegmentKind::Code;
  /// Where the segment begins, as Segment::Executor says. This tells objects
  /// apart: no two have the same at one time. Objects that share an allocation
  /// (those that MCJIT finalizes together; see docs/design.md) share it too.
  uintptr_t Begin = 0;
  /// Usable bytes of the segment, as Segment::Size says; of a freed one as far
  /// as nobody has used them since.
  size_t Size = 0;
  /// The address asked for, in bytes from Begin: less than Size.
  size_t Offset = 0;

  /// True when an object has the address, or had it last.
  explicit operator bool() const { return State >= MemoryState::Live; }
};

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_MEMORYLOCATION_H
