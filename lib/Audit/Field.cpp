//===- Field.cpp - Where a relocation stores its value --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Field.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using support::endian::read16le;
using support::endian::read32le;
using support::endian::read64le;

namespace jitslab {

unsigned sizeOf(Field F) {
  switch (F) {
  case Field::Word8:
    return 1;
  case Field::Word16:
    return 2;
  case Field::Word64:
    return 8;
  default:
    return 4;
  }
}

// Loads and stores with an unsigned offset; the size of what they move is in
// bits 30 and 31, and 16 bytes are marked by bits 23 and 26.
static unsigned imm12Shift(uint32_t Instruction) {
  if ((Instruction & 0x3b000000) != 0x39000000)
    return 0; // ADD
  unsigned Size = Instruction >> 30;
  return Size == 0 && (Instruction & 0x04800000) == 0x04800000 ? 4 : Size;
}

static unsigned moveWideShift(uint32_t Instruction) {
  return ((Instruction >> 21) & 3) * 16;
}

int64_t readField(Field F, const uint8_t *P) {
  switch (F) {
  case Field::Word8:
    return int8_t(*P);
  case Field::Word16:
    return int16_t(read16le(P));
  case Field::Word32:
    return int32_t(read32le(P));
  case Field::Word64:
    return int64_t(read64le(P));
  default:
    break;
  }
  uint32_t I = read32le(P);
  uint64_t Adr = ((I >> 5) & 0x7ffff) << 2 | ((I >> 29) & 3);
  switch (F) {
  case Field::Branch26:
    return SignExtend64<28>(uint64_t(I & 0x3ffffff) << 2);
  case Field::Imm19:
    return SignExtend64<21>(uint64_t((I >> 5) & 0x7ffff) << 2);
  case Field::Imm14:
    return SignExtend64<16>(uint64_t((I >> 5) & 0x3fff) << 2);
  case Field::Adr21:
    return SignExtend64<21>(Adr);
  case Field::Adrp21:
    return SignExtend64<33>(Adr << 12);
  case Field::Imm12:
    return int64_t((I >> 10) & 0xfff) << imm12Shift(I);
  default: // MoveWide16
    return int64_t(uint64_t((I >> 5) & 0xffff) << moveWideShift(I));
  }
}

int64_t truncateTo(Field F, const uint8_t *P, int64_t Value) {
  switch (F) {
  case Field::Word8:
    return int8_t(Value);
  case Field::Word16:
    return int16_t(Value);
  case Field::Word32:
    return int32_t(Value);
  case Field::Word64:
    return Value;
  case Field::Branch26:
    return SignExtend64<28>(Value & 0xffffffc);
  case Field::Imm19:
    return SignExtend64<21>(Value & 0x1ffffc);
  case Field::Imm14:
    return SignExtend64<16>(Value & 0xfffc);
  case Field::Adr21:
    return SignExtend64<21>(Value & 0x1fffff);
  case Field::Adrp21:
    return SignExtend64<33>(Value & 0x1fffff000);
  case Field::Imm12:
    return alignDown(uint64_t(Value & 0xfff), unitOf(F, P));
  case Field::MoveWide16:
    return Value & int64_t(uint64_t(0xffff) << moveWideShift(read32le(P)));
  }
  return Value;
}

uint64_t unitOf(Field F, const uint8_t *P) {
  switch (F) {
  case Field::Branch26:
  case Field::Imm19:
  case Field::Imm14:
    return 4;
  case Field::Imm12:
    return uint64_t(1) << imm12Shift(read32le(P));
  default:
    return 1;
  }
}

} // namespace jitslab
