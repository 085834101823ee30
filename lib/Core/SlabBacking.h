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
#include "Lane.h"
#include <system_error>

namespace jitslab {

/// Puts memory behind the slabs of lanes of one window. Not thread-safe: the
/// arena's lock protects it. Ranges are whole slabs unless said otherwise.
class SlabBacking {
public:
  virtual ~SlabBacking() = default;

  /// Makes \p Slabs usable for \p L. A failure leaves them inaccessible. The
  /// lane is likely to need the rest of \p Run next, which nobody has taken.
  virtual std::error_code commit(Lane L, AddressRange Slabs,
                                 AddressRange Run) = 0;

  /// Takes the memory of one slab away. After a failure it is still committed;
  /// its contents may be lost.
  virtual std::error_code decommit(AddressRange Slab) = 0;

  /// Makes \p R writable again where sealing has changed its access rights, or
  /// a failed decommit may have. \p R consists of granules; the rest of its
  /// pages becomes writable too.
  virtual std::error_code makeWritable(AddressRange R) = 0;

  // Without the lock.

  /// Backs \p Pages with memory ahead of their use, where that saves time.
  virtual void populate(AddressRange Pages) = 0;

  /// Says that \p Slab was handed out to its end, or to less than a step of
  /// populating before it.
  virtual void onSlabFull(AddressRange Slab) = 0;

  // With or without it.

  /// The distance from an executor address to the address that is written.
  virtual uintptr_t workingOffset() const = 0;
};

} // namespace jitslab

#endif // JITSLAB_CORE_SLABBACKING_H
