//===- ELFRelocations.cpp - What each relocation can encode ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sources: System V ABI, AMD64 supplement, 4.4 (relocation types); ELF for the
// Arm 64-bit Architecture, 5.7 (relocation codes).
//
//===----------------------------------------------------------------------===//

#include "ELFRelocations.h"
#include "llvm/BinaryFormat/ELF.h"

using namespace llvm;
using namespace llvm::ELF;

namespace jitslab {

static constexpr RelocationKind Nothing = {Formula::None, Field::Word8,
                                           NoLimits};
// All of them have 64 bits, or belong to thread-local variables.
static constexpr RelocationKind CannotBeChecked = {Formula::Unknown,
                                                   Field::Word8, NoLimits};

static std::optional<RelocationKind> x86_64(uint32_t Type) {
  switch (Type) {
  case R_X86_64_NONE:
    return Nothing;
  case R_X86_64_8:
    return RelocationKind{Formula::Absolute, Field::Word8, eitherLimits(8)};
  case R_X86_64_16:
    return RelocationKind{Formula::Absolute, Field::Word16, eitherLimits(16)};
  case R_X86_64_32:
    return RelocationKind{Formula::Absolute, Field::Word32, unsignedLimits(32)};
  case R_X86_64_32S:
    return RelocationKind{Formula::Absolute, Field::Word32, signedLimits(32)};
  case R_X86_64_64:
    return RelocationKind{Formula::Absolute, Field::Word64, NoLimits};
  case R_X86_64_PC8:
    return RelocationKind{Formula::Relative, Field::Word8, signedLimits(8)};
  case R_X86_64_PC16:
    return RelocationKind{Formula::Relative, Field::Word16, signedLimits(16)};
  case R_X86_64_PC32:
    return RelocationKind{Formula::Relative, Field::Word32, signedLimits(32)};
  case R_X86_64_PC64:
    return RelocationKind{Formula::Relative, Field::Word64, NoLimits};
  case R_X86_64_PLT32:
    return RelocationKind{Formula::Branch, Field::Word32, signedLimits(32)};
  case R_X86_64_GOTPCREL:
  case R_X86_64_GOTPCRELX:
  case R_X86_64_REX_GOTPCRELX:
    return RelocationKind{Formula::GOTRelative, Field::Word32,
                          signedLimits(32)};
  case R_X86_64_GOTPC32:
    return RelocationKind{Formula::GOTStart, Field::Word32, signedLimits(32)};
  case R_X86_64_GOTPC64:
    return RelocationKind{Formula::GOTStart, Field::Word64, NoLimits};
  case R_X86_64_GOTOFF64:
    return RelocationKind{Formula::FromGOTStart, Field::Word64, NoLimits};
  case R_X86_64_GOT64:
  case R_X86_64_DTPMOD64:
  case R_X86_64_DTPOFF64:
  case R_X86_64_TPOFF64:
  case R_X86_64_DTPOFF32:
  case R_X86_64_TPOFF32:
  case R_X86_64_GOTTPOFF:
  case R_X86_64_TLSGD:
  case R_X86_64_TLSLD:
    return CannotBeChecked;
  default:
    return std::nullopt;
  }
}

static std::optional<RelocationKind> aarch64(uint32_t Type) {
  switch (Type) {
  case R_AARCH64_NONE:
    return Nothing;
  case R_AARCH64_ABS16:
    return RelocationKind{Formula::Absolute, Field::Word16, eitherLimits(16)};
  case R_AARCH64_ABS32:
    return RelocationKind{Formula::Absolute, Field::Word32, eitherLimits(32)};
  case R_AARCH64_ABS64:
    return RelocationKind{Formula::Absolute, Field::Word64, NoLimits};
  case R_AARCH64_PREL16:
    return RelocationKind{Formula::Relative, Field::Word16, eitherLimits(16)};
  case R_AARCH64_PREL32:
    return RelocationKind{Formula::Relative, Field::Word32, eitherLimits(32)};
  case R_AARCH64_PREL64:
    return RelocationKind{Formula::Relative, Field::Word64, NoLimits};
  case R_AARCH64_PLT32:
    return RelocationKind{Formula::Branch, Field::Word32, signedLimits(32)};
  case R_AARCH64_MOVW_UABS_G0:
    return RelocationKind{Formula::Absolute, Field::MoveWide16,
                          unsignedLimits(16)};
  case R_AARCH64_MOVW_UABS_G1:
    return RelocationKind{Formula::Absolute, Field::MoveWide16,
                          unsignedLimits(32)};
  case R_AARCH64_MOVW_UABS_G2:
    return RelocationKind{Formula::Absolute, Field::MoveWide16,
                          unsignedLimits(48)};
  case R_AARCH64_MOVW_UABS_G0_NC:
  case R_AARCH64_MOVW_UABS_G1_NC:
  case R_AARCH64_MOVW_UABS_G2_NC:
  case R_AARCH64_MOVW_UABS_G3:
    return RelocationKind{Formula::Absolute, Field::MoveWide16, NoLimits};
  case R_AARCH64_LD_PREL_LO19:
  case R_AARCH64_CONDBR19:
    return RelocationKind{Formula::Relative, Field::Imm19, signedLimits(21)};
  case R_AARCH64_ADR_PREL_LO21:
    return RelocationKind{Formula::Relative, Field::Adr21, signedLimits(21)};
  case R_AARCH64_TSTBR14:
    return RelocationKind{Formula::Relative, Field::Imm14, signedLimits(16)};
  case R_AARCH64_JUMP26:
  case R_AARCH64_CALL26:
    return RelocationKind{Formula::Branch, Field::Branch26, signedLimits(28)};
  case R_AARCH64_ADR_PREL_PG_HI21:
    return RelocationKind{Formula::Page, Field::Adrp21, signedLimits(33)};
  case R_AARCH64_ADR_PREL_PG_HI21_NC:
    return RelocationKind{Formula::Page, Field::Adrp21, NoLimits};
  case R_AARCH64_ADD_ABS_LO12_NC:
  case R_AARCH64_LDST8_ABS_LO12_NC:
  case R_AARCH64_LDST16_ABS_LO12_NC:
  case R_AARCH64_LDST32_ABS_LO12_NC:
  case R_AARCH64_LDST64_ABS_LO12_NC:
  case R_AARCH64_LDST128_ABS_LO12_NC:
    return RelocationKind{Formula::PageOffset, Field::Imm12, NoLimits};
  case R_AARCH64_ADR_GOT_PAGE:
    return RelocationKind{Formula::GOTPage, Field::Adrp21, signedLimits(33)};
  case R_AARCH64_LD64_GOT_LO12_NC:
    return RelocationKind{Formula::GOTPageOffset, Field::Imm12, NoLimits};
  case R_AARCH64_TLSDESC_ADR_PAGE21:
  case R_AARCH64_TLSDESC_LD64_LO12:
  case R_AARCH64_TLSDESC_ADD_LO12:
  case R_AARCH64_TLSDESC_CALL:
    return CannotBeChecked;
  default:
    return std::nullopt;
  }
}

std::optional<RelocationKind> relocationKind(uint16_t Machine, uint32_t Type) {
  return Machine == EM_X86_64 ? x86_64(Type) : aarch64(Type);
}

} // namespace jitslab
