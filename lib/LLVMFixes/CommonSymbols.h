//===- CommonSymbols.h - RuntimeDyld misaligns common symbols ---*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// Trigger: an object with several common symbols, of which a later one has a
/// larger alignment than the first, e.g. `.comm a,16,4` and `.comm b,16,16`.
/// Symptom: RuntimeDyldImpl::loadObjectImpl asks for their section with the
/// alignment of the first one and computes its size as if the section began at
/// an address that suits all of them. emitCommonSymbols then aligns real
/// addresses, and the last symbol ends up to (alignment - 1) bytes behind the
/// section's end, in a neighbour.
/// Affected: LLVM 14 to 22 (RuntimeDyld.cpp: "if (!CommonAlign)").
/// Remove when: CommonAlign is the maximum of the symbols' alignments.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_LLVMFIXES_COMMONSYMBOLS_H
#define JITSLAB_LLVMFIXES_COMMONSYMBOLS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

namespace jitslab {

/// The name under which RuntimeDyld allocates common symbols.
inline constexpr llvm::StringLiteral CommonSymbolsSection = "<common symbols>";

/// An alignment at which no common symbol can overrun a section of \p Size
/// bytes that RuntimeDyld wants at \p Align and whose object it had announced
/// with \p ReservedAlign for its data (all in bytes).
///
/// A symbol that has others before it lies at an offset that is a multiple of
/// its alignment and not 0, so its alignment is at most the section's size.
/// ReservedAlign covers the first symbol that has a size.
inline size_t commonSymbolsAlignment(size_t Size, size_t Align,
                                     size_t ReservedAlign) {
  size_t LargestLater = Size ? size_t(1) << llvm::Log2_64(Size) : 1;
  return std::max({Align, ReservedAlign, LargestLater});
}

} // namespace jitslab

#endif // JITSLAB_LLVMFIXES_COMMONSYMBOLS_H
