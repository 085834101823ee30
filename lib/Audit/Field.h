//===- Field.h - Where a relocation stores its value ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_AUDIT_FIELD_H
#define JITSLAB_AUDIT_FIELD_H

#include <cstdint>

namespace jitslab {

/// The bits of memory that a relocation changes. All are little-endian.
enum class Field : uint8_t {
  Word8,
  Word16,
  Word32,
  Word64,
  /// AArch64 instructions, by their immediate (Arm ARM, C4.1): B and BL;
  Branch26,
  /// B.cond, CBZ and LDR (literal);
  Imm19,
  /// TBZ and TBNZ;
  Imm14,
  /// ADR;
  Adr21,
  /// ADRP, which counts in pages of 4 KiB;
  Adrp21,
  /// ADD and loads and stores with an offset, which count in units of what they
  /// load or store;
  Imm12,
  /// MOVZ and MOVK, which count in units of their shift.
  MoveWide16
};

/// How many bytes the field's memory has.
unsigned sizeOf(Field F);

/// What the field at \p P says, in bytes.
int64_t readField(Field F, const uint8_t *P);

/// What the field at \p P would say if \p Value were encoded in it: \p Value,
/// when it fits.
int64_t truncateTo(Field F, const uint8_t *P, int64_t Value);

/// The values of the field at \p P are multiples of this.
uint64_t unitOf(Field F, const uint8_t *P);

/// What a relocation of this field can encode.
struct Limits {
  int64_t Min, Max;
  bool admit(int64_t Value) const { return Min <= Value && Value <= Max; }
};

inline constexpr Limits NoLimits = {INT64_MIN, INT64_MAX};

/// Values of \p Bits with a sign.
constexpr Limits signedLimits(unsigned Bits) {
  return {-(int64_t(1) << (Bits - 1)), (int64_t(1) << (Bits - 1)) - 1};
}
/// ... without one.
constexpr Limits unsignedLimits(unsigned Bits) {
  return {0, (int64_t(1) << Bits) - 1};
}
/// ... either way: who reads it knows which is meant.
constexpr Limits eitherLimits(unsigned Bits) {
  return {-(int64_t(1) << (Bits - 1)), (int64_t(1) << Bits) - 1};
}

} // namespace jitslab

#endif // JITSLAB_AUDIT_FIELD_H
