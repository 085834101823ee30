//===- Inspection.h - What other processes may read -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The arenas of a process, in the form in which jitslab-inspect reads them
/// from outside, in a process that goes on or in a core file. Whoever changes
/// what is here, Slab, or the marks of SegmentMarks, changes Version too.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_INSPECTION_H
#define JITSLAB_CORE_INSPECTION_H

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace jitslab {

struct WindowRecord {
  std::atomic<WindowRecord *> Next{nullptr};
  uintptr_t Begin = 0, End = 0;
  /// One Slab for each slab.
  const void *Slabs = nullptr;
  /// One pointer for each slab: the words of its marks, or null.
  const void *Marks = nullptr;
};

struct ArenaRecord {
  std::atomic<ArenaRecord *> Next{nullptr};
  std::atomic<WindowRecord *> FirstWindow{nullptr};
  /// A Layout.
  uint32_t Layout = 0;
  /// The granule is a power of two.
  uint32_t LogGranule = 0;
};

/// Is found by a note: of the name "jitslab" and the type NoteType, it holds
/// the distance to the descriptor from itself, 8 bytes. Each copy of the
/// library in a process has one. No dynamic symbol names it, which the linker
/// would have mean another copy's.
struct InspectionDescriptor {
  static constexpr uint32_t ThisVersion = 1;
  static constexpr uint32_t NoteType = 1;

  uint32_t Version = ThisVersion;
  uint32_t SizeOfThis = sizeof(InspectionDescriptor);
  std::atomic<ArenaRecord *> First{nullptr};
  /// Grows when arenas or windows come or go: who has seen it change reads
  /// again.
  std::atomic<uint64_t> Changes{0};
};

// No reader shares a compiler with the library.
static_assert(sizeof(WindowRecord) == 40 && sizeof(ArenaRecord) == 24 &&
              sizeof(InspectionDescriptor) == 24);

/// Shows \p A to other processes. Waits for a fork of another thread.
void showArena(ArenaRecord &A);
/// Ends it.
void hideArena(ArenaRecord &A);
/// Says that windows have come or gone.
void noteWindowsChanged();

} // namespace jitslab

#endif // JITSLAB_CORE_INSPECTION_H
