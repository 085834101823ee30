//===- FrameSection.h - What an .eh_frame section says ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNWIND_FRAMESECTION_H
#define JITSLAB_UNWIND_FRAMESECTION_H

#include "../Platform/AddressSpace.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include <optional>

namespace jitslab {

/// What functions' frames have in common: a CIE (LSB Core, 10.6.1.1).
struct CommonFrame {
  /// The record, its length included.
  const uint8_t *Begin = nullptr, *End = nullptr;
  llvm::StringRef Augmentation;
  /// After the augmentation string: alignment factors and return register.
  const uint8_t *Factors = nullptr, *FactorsEnd = nullptr;
  const uint8_t *Instructions = nullptr;
  /// Encodings, as in DWARF's DW_EH_PE_*.
  uint8_t Pointers = 0, LSDA = 0, Personality = 0;
  /// What the field has, which is indirect if its encoding says so.
  uintptr_t PersonalityValue = 0;
};

/// How to unwind one function: an FDE (LSB Core, 10.6.1.2).
struct FunctionFrame {
  const CommonFrame *Common;
  /// The record, its length included.
  const uint8_t *Begin, *End;
  const uint8_t *Instructions;
  /// The code that it is for.
  AddressRange Code;
  /// What the field has; 0: none.
  uintptr_t LSDAValue;
};

/// Reads a linked .eh_frame section at the address at which the unwinder does.
class FrameSection {
public:
  /// It ends after \p Size bytes, or where a record has the length 0.
  FrameSection(const uint8_t *Begin, size_t Size) : Begin(Begin), Size(Size) {}
  /// It ends where a record has the length 0. Addresses of a process are in the
  /// lower half.
  explicit FrameSection(const uint8_t *Begin)
      : FrameSection(Begin, PTRDIFF_MAX - reinterpret_cast<uintptr_t>(Begin)) {}

  const uint8_t *begin() const { return Begin; }

  /// Is \p Record what functions have in common (a CIE)? Sections begin so.
  static bool isCommon(const uint8_t *Record);

  /// Calls \p Visit for each function, but for those that a linker has
  /// discarded.
  /// \returns false when it meets what it cannot read, perhaps after some.
  bool
  forEachFunction(llvm::function_ref<void(const FunctionFrame &)> Visit) const;

  /// From the first to the last byte of all functions; empty if there are none.
  /// \returns nothing if there is what cannot be read.
  std::optional<AddressRange> extent() const;

private:
  const uint8_t *Begin;
  size_t Size;
};

} // namespace jitslab

#endif // JITSLAB_UNWIND_FRAMESECTION_H
