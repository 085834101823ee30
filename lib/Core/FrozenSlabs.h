//===- FrozenSlabs.h - What a fork leaves to two processes ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_FROZENSLABS_H
#define JITSLAB_CORE_FROZENSLABS_H

#include "SharedBacking.h"
#include "SlabTable.h"

namespace jitslab {

/// The slabs that both processes can see since a fork: what is free in them is
/// not used again by either, and they are given back to the system when nothing
/// live is left in them. One for each window.
class FrozenSlabs {
public:
  explicit FrozenSlabs(SlabTable &Slabs) : Slabs(Slabs) {}

  /// Freezes slab \p I, of which \p UnusedBytes are neither live nor free.
  void freeze(size_t I, size_t UnusedBytes) {
    Slabs[I].Frozen = true;
    Unused += UnusedBytes;
  }

  /// Says that \p R is not live any more.
  /// \returns false, with nothing changed, if it is not frozen. What was taken
  /// before a fork lies in frozen slabs only.
  bool give(AddressRange R) {
    if (!Slabs[Slabs.indexOf(R.Begin)].Frozen)
      return false;
    Unused += R.size();
    return true;
  }

  /// Takes slab \p I, in which nothing is live, from this process.
  /// \returns false, with nothing changed, when the system refuses.
  bool abandon(size_t I, SharedBacking &Backing) {
    if (Backing.abandon(Slabs.range(I)))
      return false;
    Slabs[I].Frozen = false;
    Unused -= SlabSize;
    return true;
  }

  /// Bytes that are not live and will never be used.
  size_t bytes() const { return Unused; }

private:
  SlabTable &Slabs;
  size_t Unused = 0;
};

} // namespace jitslab

#endif // JITSLAB_CORE_FROZENSLABS_H
