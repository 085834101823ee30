//===- ELFRelocations.h - What each relocation can encode -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_AUDIT_ELFRELOCATIONS_H
#define JITSLAB_AUDIT_ELFRELOCATIONS_H

#include "Field.h"
#include <optional>

namespace jitslab {

/// What a relocation's value is, in the ABI's terms: S is the symbol, A the
/// addend, P the changed place, G the symbol's slot in the GOT.
enum class Meaning : uint8_t {
  /// Nothing is changed.
  None,
  /// S + A
  Absolute,
  /// S + A - P
  Relative,
  /// S + A - P, where a stub that leads to S may stand for S.
  Branch,
  /// Page(S + A) - Page(P)
  Page,
  /// The low 12 bits of S + A
  PageOffset,
  /// G + A - P
  GOTRelative,
  /// Page(G) - Page(P)
  GOTPage,
  /// The low 12 bits of G
  GOTPageOffset,
  /// The start of the GOT + A - P
  GOTStart,
  /// Depends on what the linker has done to the code or to the GOT.
  Unknown
};

struct RelocationKind {
  Meaning Value;
  Field Where;
  Limits Range;
};

/// No value for types that the ABI does not have, and for those that neither
/// version of RuntimeDyld links.
std::optional<RelocationKind> relocationKind(uint16_t Machine, uint32_t Type);

} // namespace jitslab

#endif // JITSLAB_AUDIT_ELFRELOCATIONS_H
