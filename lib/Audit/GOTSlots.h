//===- GOTSlots.h - Where a linker's slots may be ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_AUDIT_GOTSLOTS_H
#define JITSLAB_AUDIT_GOTSLOTS_H

#include "Indirection.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <set>
#include <utility>

namespace jitslab {

/// Finds the slots of the GOT that hold an address: those that the code leads
/// to, or if none does, all of the linker's own memory.
class GOTSlots {
public:
  using Addresses = llvm::SmallVector<uint64_t, 2>;
  /// Number in the symbol table and addend: each pair of them has its slot.
  using Reference = std::pair<uint32_t, int64_t>;

  explicit GOTSlots(const LinkedObject &O) : O(O) {}

  // On AArch64 ADRP has the page of a slot, and LDR the place in that page.
  // Only the two together lead to the slot; they refer to the same.
  void addPage(Reference R, uint64_t Page) { Halves[R].Pages.insert(Page); }
  void addOffset(Reference R, uint64_t Offset) {
    Halves[R].Offsets.insert(Offset);
  }

  /// The slots with one of \p Wanted where code leads to \p LedTo.
  Addresses findAt(llvm::ArrayRef<uint64_t> Wanted,
                   llvm::ArrayRef<uint64_t> LedTo);
  /// The same where code leads to what was added for \p R.
  Addresses findFor(llvm::ArrayRef<uint64_t> Wanted, Reference R);

private:
  struct SlotHalves {
    std::set<uint64_t> Pages, Offsets;
  };

  const LinkedObject &O;
  std::map<Reference, SlotHalves> Halves;
  std::optional<SlotMap> Slots;
};

} // namespace jitslab

#endif // JITSLAB_AUDIT_GOTSLOTS_H
