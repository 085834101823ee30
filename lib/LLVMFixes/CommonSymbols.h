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
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

namespace jitslab {

/// The name under which RuntimeDyld allocates common symbols.
inline constexpr llvm::StringLiteral CommonSymbolsSection = "<common symbols>";

/// The largest alignment that a section of common symbols gets without having
/// asked for it: a huge page of x86-64, beyond which nothing is to be gained.
inline constexpr size_t MostCommonAlign = size_t(2) << 20;

/// An alignment at which no common symbol that is aligned to at most
/// MostCommonAlign can overrun a section of \p Size bytes that RuntimeDyld
/// wants at \p Align and whose object it had announced with \p ReservedAlign
/// for its data (all in bytes).
///
/// A symbol that has others before it lies at an offset that is a multiple of
/// its alignment and not 0, so its alignment is less than the section's size.
/// ReservedAlign covers the first symbol that has a size.
inline size_t commonSymbolsAlignment(size_t Size, size_t Align,
                                     size_t ReservedAlign) {
  size_t LargestLater = Size > 1 ? size_t(1) << llvm::Log2_64(Size - 1) : 1;
  return std::max(
      {Align, ReservedAlign, std::min(LargestLater, MostCommonAlign)});
}

/// The largest alignment of a common symbol of \p Object, in bytes; 1 where
/// there is none.
inline size_t largestCommonAlignment(const llvm::object::ObjectFile &Object) {
  size_t Largest = 1;
  for (const llvm::object::SymbolRef &Symbol : Object.symbols()) {
    llvm::Expected<uint32_t> Flags = Symbol.getFlags();
    if (!Flags)
      consumeError(Flags.takeError());
    else if (*Flags & llvm::object::SymbolRef::SF_Common)
      Largest = std::max<size_t>(Largest, Symbol.getAlignment());
  }
  return Largest;
}

} // namespace jitslab

#endif // JITSLAB_LLVMFIXES_COMMONSYMBOLS_H
