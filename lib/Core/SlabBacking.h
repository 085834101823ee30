//===- SlabBacking.h - The memory behind slabs ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_SLABBACKING_H
#define JITSLAB_CORE_SLABBACKING_H

#include "../Platform/AddressSpace.h"
#include "../Platform/VirtualMemory.h"
#include "SlabTable.h"
#include <cstddef>
#include <system_error>

namespace jitslab {

/// Puts memory behind the slabs of one window. Not thread-safe: the arena's
/// lock protects it. Ranges are whole slabs unless said otherwise.
class SlabBacking {
public:
  virtual ~SlabBacking();

  /// Makes \p Slabs usable for \p L. A failure leaves them inaccessible.
  virtual std::error_code commit(Lane L, AddressRange Slabs) = 0;

  /// Takes the memory of one slab away. After a failure it is still committed;
  /// its contents may be lost.
  virtual std::error_code decommit(Lane L, AddressRange Slab) = 0;

  /// Makes pages of \p L writable again that are sealed, for layouts that seal
  /// by changing access rights, or that a failed decommit may have left without
  /// any.
  virtual std::error_code makeWritable(Lane L, AddressRange Pages) = 0;

  /// Backs \p Pages with memory ahead of their use.
  virtual void populate(Lane L, AddressRange Pages) = 0;

  /// Says that all of \p Slab was handed out at least once, or will be next:
  /// what is missing is less than is populated in one go.
  virtual void onSlabFull(Lane L, AddressRange Slab) = 0;

  /// What has to be added to an executor address in \p L for the address that
  /// is written.
  virtual uintptr_t workingOffset(Lane L) const = 0;

  /// True when a fork leaves the slabs of \p L to both processes, so that
  /// neither may write what the other executes.
  virtual bool isSharedByFork(Lane L) const = 0;

  /// One slab fewer is used of what was committed before a fork: its memory
  /// stays with the other process.
  virtual std::error_code abandon(AddressRange Slab) = 0;

  /// The next commits must not share memory with another process: there was a
  /// fork.
  virtual void renew() = 0;

  /// Makes what this process writes through its writable views invisible to its
  /// parent. Called in a child before anything else runs in it; takes no memory
  /// from the heap.
  virtual void detachFromParent() = 0;
};

/// SlabBacking::decommit for private memory.
std::error_code decommitPrivate(VirtualMemory &VM, AddressRange Slab);

} // namespace jitslab

#endif // JITSLAB_CORE_SLABBACKING_H
