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

/// What a fork has left to two processes: neither uses it again, and it is
/// given back to the system with its slab, when nothing live is left there. One
/// for each window.
///
/// A child executes what was live at the fork, so its parent does not use that
/// again. What was free then is used by nobody but the parent.
class FrozenSlabs {
public:
  explicit FrozenSlabs(SlabTable &Slabs) : Slabs(Slabs) {}

  /// Freezes \p R, which is neither live nor free.
  void freeze(AddressRange R) {
    Unused += R.size();
    Slabs.forEachPart(R, [&](size_t I, uint32_t Begin, uint32_t End) {
      Slabs[I].Frozen += End - Begin;
    });
  }

  /// Takes slab \p I, all of which is frozen, from this process.
  /// \returns false, with nothing changed, when the system refuses.
  bool abandon(size_t I, SharedBacking &Backing) {
    if (Backing.abandon(Slabs.range(I)))
      return false;
    Slabs[I].Frozen = 0;
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
