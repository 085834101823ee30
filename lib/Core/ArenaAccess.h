//===- ArenaAccess.h - Arenas on other memory -------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_ARENAACCESS_H
#define JITSLAB_CORE_ARENAACCESS_H

#include "../Platform/AddressSpace.h"
#include "../Platform/VirtualMemory.h"
#include "jitslab/Arena.h"
#include <atomic>

namespace jitslab {

class LayoutPolicy;

/// Objects that have windows of their own.
struct WindowGroup {
  /// What they have in common; null: nothing, and the arena's windows.
  const void *Key = nullptr;
  /// They get a further window when theirs is full.
  bool Grows = true;
};

/// What the library and its tests may ask of an arena, and users may not.
class ArenaAccess {
public:
  /// Arena::create on other memory than the system's, for tests. \p Memory must
  /// outlive the arena.
  static llvm::Expected<std::shared_ptr<Arena>> create(ArenaOptions Options,
                                                       VirtualMemory &Memory);
  /// The same with a layout of its own, for memory that needs one.
  static llvm::Expected<std::shared_ptr<Arena>>
  create(ArenaOptions Options, VirtualMemory &Memory,
         std::unique_ptr<LayoutPolicy> Policy);

  /// The memory that \p A was created on.
  static VirtualMemory &memory(const Arena &A);

  /// True when objects that are sealed together may share an allocation, and so
  /// its pages.
  static bool sharesBlocks(const Arena &A);

  /// Gives \p Object, which is not sealed, room for \p F behind the first
  /// \p Used bytes of segment \p K, or such a segment if it has none. Nothing
  /// moves.
  /// \returns the part of the segment that has room for \p F. Null addresses,
  /// with nothing changed, where that is not possible; then allocate with
  /// \p Object as the sibling may be. It is not for an alignment that is no
  /// power of two.
  static Segment enlarge(Arena &A, Allocation &Object, SegmentKind K,
                         size_t Used, const SegmentFootprint &F);

  /// True when an object should be allocated by one call that says what it
  /// needs. False when it may as well come piece by piece, because pieces lie
  /// side by side and there is room for large ones (Layout::Dense).
  static bool wantsReservations(const Arena &A);

  /// Arena::allocate for the first part of an object that nobody has announced:
  /// in a window with room for further parts, as large as the object may turn
  /// out to be, if one can be had.
  static llvm::Expected<Allocation> allocateFirstPart(Arena &A,
                                                      const Footprint &F);

  /// Arena::allocate for an object of \p Group. Others get memory of its
  /// windows once it holds none there any more. Fails with invalid_argument
  /// where the arena may not grow.
  static llvm::Expected<Allocation> allocateIn(Arena &A, WindowGroup Group,
                                               const Footprint &F);

  /// The window of an allocation that holds memory.
  static AddressRange windowOf(const Allocation &A);

  /// True when a thread has locked \p A, for tests. Not for that thread.
  static bool isLocked(const Arena &A);

  /// What \p A counts as ArenaStats::OutsideBytes.
  static std::atomic<size_t> &outsideBytes(Arena &A);

  /// Lets what was written of \p Object so far be read where it will run: a
  /// debugger may be told of it before it is sealed, and reads there what it
  /// replaces by breakpoints. Failures are left to sealing.
  static void show(Arena &A, const Allocation &Object);

  /// Arena::seal for what was shown: breakpoints in it stay.
  static llvm::Error sealShown(Arena &A,
                               llvm::ArrayRef<Allocation *> Allocations);

  /// True when an object of any usual size has room in the window of whatever
  /// is allocated, announced or not.
  static bool isSpacious(const Arena &A);
};

} // namespace jitslab

#endif // JITSLAB_CORE_ARENAACCESS_H
