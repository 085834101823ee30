//===- Indirection.h - What the linker puts between -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_AUDIT_INDIRECTION_H
#define JITSLAB_AUDIT_INDIRECTION_H

#include "jitslab/RelocationAudit.h"
#include <map>

namespace jitslab {

/// Reads what need not be there. \returns false if it is not.
bool canRead(const MemoryReader &Read, uint64_t Address,
             llvm::MutableArrayRef<uint8_t> To);

/// True when the 8 bytes at \p Address are one of \p Values.
bool holdsOneOf(const MemoryReader &Read, uint64_t Address,
                llvm::ArrayRef<uint64_t> Values);

/// True when a stub as RuntimeDyld writes it is at \p Address, and leads to one
/// of \p Targets.
bool isStub(uint16_t Machine, const MemoryReader &Read, uint64_t Address,
            llvm::ArrayRef<uint64_t> Targets);

/// What the GOT's slots hold, and where they are.
using SlotMap = std::multimap<uint64_t, uint64_t>;

/// All slots of the memory that the linker has added to \p O.
SlotMap readSlots(const LinkedObject &O);

} // namespace jitslab

#endif // JITSLAB_AUDIT_INDIRECTION_H
