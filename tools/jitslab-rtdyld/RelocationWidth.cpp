//===- RelocationWidth.cpp - How many bytes a relocation changes ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RelocationWidth.h"
#include "llvm/BinaryFormat/COFF.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/COFF.h"
#include "llvm/Object/ELF.h"
#include "llvm/Object/MachO.h"

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

static unsigned widthX86_64(uint32_t Type) {
  switch (Type) {
  case ELF::R_X86_64_NONE:
    return 0;
  case ELF::R_X86_64_8:
  case ELF::R_X86_64_PC8:
    return 1;
  case ELF::R_X86_64_16:
  case ELF::R_X86_64_PC16:
    return 2;
  case ELF::R_X86_64_64:
  case ELF::R_X86_64_PC64:
  case ELF::R_X86_64_GOT64:
  case ELF::R_X86_64_GOTOFF64:
  case ELF::R_X86_64_GOTPC64:
  case ELF::R_X86_64_DTPMOD64:
  case ELF::R_X86_64_DTPOFF64:
  case ELF::R_X86_64_TPOFF64:
    return 8;
  default:
    return 4;
  }
}

static unsigned widthAArch64(uint32_t Type) {
  switch (Type) {
  case ELF::R_AARCH64_NONE:
    return 0;
  case ELF::R_AARCH64_ABS16:
  case ELF::R_AARCH64_PREL16:
    return 2;
  case ELF::R_AARCH64_ABS64:
  case ELF::R_AARCH64_PREL64:
    return 8;
  default:
    return 4;
  }
}

static bool endsWith(StringRef Text, StringRef End) {
  return Text.size() >= End.size() && Text.take_back(End.size()) == End;
}

// The other machines have types of every width, of which the narrow ones may
// stand at the very end of a section. Names of types for data end with the
// number of bits.
static unsigned widthByName(uint16_t Machine, uint32_t Type) {
  // In the 64-bit ABI of MIPS, three types share one relocation.
  StringRef Name = getELFRelocationTypeName(
      Machine, Machine == ELF::EM_MIPS ? Type & 0xff : Type);
  // After the machine, which may end with a number itself.
  StringRef Rest = Name.substr(Name.find('_', Name.find('_') + 1));
  if (Rest == "_NONE")
    return 0;
  if (Machine == ELF::EM_PPC || Machine == ELF::EM_PPC64) {
    if (Rest.find("16") != StringRef::npos)
      return 2;
    return endsWith(Rest, "64") || Rest == "_TOC" ? 8 : 4;
  }
  if (endsWith(Rest, "64"))
    return 8;
  if (Machine == ELF::EM_RISCV && Rest.find("_CALL") == 0)
    return 8; // Two instructions.
  if (endsWith(Rest, "16") || endsWith(Rest, "16DBL") || Rest.find("_RVC") == 0)
    return 2;
  // R_RISCV_SET6, R_LARCH_ADD8, R_390_8 and their like.
  if (endsWith(Rest, "6") || endsWith(Rest, "8"))
    return 1;
  return 4;
}

unsigned elfRelocationWidth(uint16_t Machine, uint32_t Type) {
  switch (Machine) {
  case ELF::EM_X86_64:
    return widthX86_64(Type);
  case ELF::EM_AARCH64:
    return widthAArch64(Type);
  default:
    return widthByName(Machine, Type);
  }
}

static unsigned widthCOFF(uint64_t Type, Triple::ArchType Arch) {
  if (Type == 0) // IMAGE_REL_*_ABSOLUTE
    return 0;
  if (Arch == Triple::x86_64 && Type == COFF::IMAGE_REL_AMD64_ADDR64)
    return 8;
  if (Arch == Triple::aarch64 && Type == COFF::IMAGE_REL_ARM64_ADDR64)
    return 8;
  bool IsSection =
      (Arch == Triple::x86_64 && Type == COFF::IMAGE_REL_AMD64_SECTION) ||
      (Arch == Triple::x86 && Type == COFF::IMAGE_REL_I386_SECTION) ||
      (Arch == Triple::aarch64 && Type == COFF::IMAGE_REL_ARM64_SECTION);
  return IsSection ? 2 : 4;
}

unsigned relocationWidth(const RelocationRef &R) {
  const ObjectFile &Obj = *R.getObject();
  if (const auto *M = dyn_cast<MachOObjectFile>(&Obj)) {
    MachO::any_relocation_info Info = M->getRelocation(R.getRawDataRefImpl());
    const uint64_t Type = R.getType();
    // Their lengths say which half, and of which instruction.
    if ((Obj.getArch() == Triple::arm || Obj.getArch() == Triple::thumb) &&
        (Type == MachO::ARM_RELOC_HALF ||
         Type == MachO::ARM_RELOC_HALF_SECTDIFF))
      return 4;
    return 1u << M->getAnyRelocationLength(Info);
  }
  return widthCOFF(R.getType(), Triple::ArchType(Obj.getArch()));
}

} // namespace jitslab
