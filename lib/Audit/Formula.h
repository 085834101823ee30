//===- Formula.h - What a relocation computes, and where to -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_AUDIT_FORMULA_H
#define JITSLAB_AUDIT_FORMULA_H

#include "Field.h"
#include <optional>

namespace jitslab {

/// What a relocation computes, in the ABI's terms: S is the symbol, A the
/// addend, P the changed place, G the symbol's slot in the GOT.
enum class Formula : uint8_t {
  /// Nothing is changed.
  None,
  /// S + A
  Absolute,
  /// S + A - P
  Relative,
  /// S + A - (P + 4): JITLink counts from the end of the four bytes.
  RelativeToEnd,
  /// P - S + A
  Negative,
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
  /// S + A - the start of the GOT
  FromGOTStart,
  /// Depends on what the linker has done to the code or to the GOT.
  Unknown
};

/// AArch64's ADRP counts in pages of 4 KiB, however large the system's are.
inline constexpr uint64_t PageMask = ~uint64_t(0xfff);

/// \returns what \p F computes; nothing for a formula that needs more than S, A
/// and P.
inline std::optional<int64_t> compute(Formula F, uint64_t S, int64_t A,
                                      uint64_t P) {
  switch (F) {
  case Formula::Absolute:
    return S + A;
  case Formula::Relative:
  case Formula::Branch:
    return S + A - P;
  case Formula::RelativeToEnd:
    return S + A - (P + 4);
  case Formula::Negative:
    return P - S + A;
  case Formula::Page:
    return ((S + A) & PageMask) - (P & PageMask);
  case Formula::PageOffset:
    return (S + A) & ~PageMask;
  default:
    return std::nullopt;
  }
}

/// A type of relocation, or a kind of JITLink's edges.
struct RelocationKind {
  Formula Computes;
  Field Where;
  Limits Range;
};

} // namespace jitslab

#endif // JITSLAB_AUDIT_FORMULA_H
