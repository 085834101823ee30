//===- ELFRelocations.h - What each relocation can encode -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_AUDIT_ELFRELOCATIONS_H
#define JITSLAB_AUDIT_ELFRELOCATIONS_H

#include "Formula.h"

namespace jitslab {

/// \returns nothing for types that the ABI does not have, and for those that no
/// version of RuntimeDyld links.
std::optional<RelocationKind> relocationKind(uint16_t Machine, uint32_t Type);

} // namespace jitslab

#endif // JITSLAB_AUDIT_ELFRELOCATIONS_H
