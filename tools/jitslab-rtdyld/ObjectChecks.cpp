//===- ObjectChecks.cpp - Is an object consistent? ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ObjectChecks.h"
#include "LLVMCompat.h"
#include "RelocationWidth.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/COFF.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Object/MachO.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

namespace {

// User space is smaller than this on x86-64 and on AArch64 with the usual
// 48 bits, so no section can be larger; sums of a few stay far from overflow.
constexpr uint64_t MaxSectionSize = uint64_t(1) << 47;

// RuntimeDyld's interface has 32 bits for an alignment.
constexpr uint64_t MaxAlignment = uint64_t(1) << 31;

Error corrupt(const Twine &What) {
  return make_error<StringError>("corrupt object: " + What,
                                 inconvertibleErrorCode());
}

// RuntimeDyld changes the code around these, or adds a stub to its section,
// while it loads the object: even if the section itself is not loaded.
bool changesSectionWhenLoaded(uint16_t Machine, uint32_t Type) {
  if (Machine == ELF::EM_X86_64)
    return Type == ELF::R_X86_64_PLT32 || Type == ELF::R_X86_64_TLSGD ||
           Type == ELF::R_X86_64_TLSLD;
  return Machine == ELF::EM_AARCH64 &&
         (Type == ELF::R_AARCH64_CALL26 || Type == ELF::R_AARCH64_JUMP26);
}

template <typename ELFT> class Checker {
  using Shdr = typename ELFT::Shdr;
  using Sym = typename ELFT::Sym;

public:
  explicit Checker(const ELFFile<ELFT> &File)
      : File(File), IsMips64EL(File.isMips64EL()) {}

  Error run() {
    auto AllSections = File.sections();
    if (!AllSections)
      return AllSections.takeError();
    Sections = *AllSections;
    for (const Shdr &S : Sections)
      if (Error Err = checkSection(S))
        return Err;
    for (const Shdr &S : Sections) {
      Error Err =
          S.sh_type == ELF::SHT_SYMTAB ? checkSymbols(S)
          : S.sh_type == ELF::SHT_RELA ? checkRelocations(S, File.relas(S))
          : S.sh_type == ELF::SHT_REL  ? checkRelocations(S, File.rels(S))
                                       : Error::success();
      if (Err)
        return Err;
    }
    return Error::success();
  }

private:
  std::string where(const Shdr &S) const {
    std::string Result = "section " + utostr(&S - Sections.begin());
    if (Expected<StringRef> Name = File.getSectionName(S))
      return Result + " (" + Name->str() + ")";
    else
      consumeError(Name.takeError());
    return Result;
  }

  Error checkSection(const Shdr &S) {
    Expected<StringRef> Name = File.getSectionName(S);
    if (!Name)
      return Name.takeError();
    // RuntimeDyld gives the unwinder its address, loaded or not.
    if (*Name == ".eh_frame" && !(S.sh_flags & ELF::SHF_ALLOC))
      return corrupt(where(S) + " is not loaded");
    if (S.sh_type != ELF::SHT_NOBITS)
      if (auto Contents = File.getSectionContents(S); !Contents)
        return Contents.takeError();
    if (S.sh_size > MaxSectionSize)
      return corrupt(where(S) + " has the impossible size 0x" +
                     utohexstr(S.sh_size));
    if (S.sh_addralign &&
        (!isPowerOf2_64(S.sh_addralign) || S.sh_addralign > MaxAlignment))
      return corrupt(where(S) + " has the impossible alignment " +
                     utostr(S.sh_addralign));
    return Error::success();
  }

  Error checkSymbols(const Shdr &Table) {
    auto Symbols = File.symbols(&Table);
    if (!Symbols)
      return Symbols.takeError();
    auto Strings = File.getStringTableForSymtab(Table);
    if (!Strings)
      return Strings.takeError();
    for (const Sym &S : *Symbols) {
      std::string Where = "symbol " + utostr(&S - Symbols->begin());
      Expected<StringRef> Name = S.getName(*Strings);
      if (!Name)
        return Name.takeError();
      if (!Name->empty())
        Where += " (" + Name->str() + ")";
      // The value is an alignment; RuntimeDyld divides by it.
      bool IsCommon = S.st_shndx == ELF::SHN_COMMON;
      if (S.getType() == ELF::STT_COMMON && !IsCommon)
        return corrupt(Where + " has the type of common symbols, but is none");
      if (IsCommon && (S.st_size > MaxSectionSize ||
                       S.st_value > MaxAlignment || !isPowerOf2_64(S.st_value)))
        return corrupt(Where + " is common and has an impossible size or "
                               "alignment");
      if (S.st_shndx >= ELF::SHN_LORESERVE)
        continue;
      if (S.st_shndx >= Sections.size())
        return corrupt(Where + " is in section " + utostr(S.st_shndx) +
                       ", which does not exist");
    }
    return Error::success();
  }

  template <typename Relocations>
  Error checkRelocations(const Shdr &Table, Expected<Relocations> Entries) {
    if (!Entries)
      return Entries.takeError();
    if (Table.sh_info >= Sections.size())
      return corrupt(where(Table) + " relocates a section that does not exist");
    const Shdr &Target = Sections[Table.sh_info];
    uint16_t Machine = File.getHeader().e_machine;
    // Debug information.
    bool IsLoaded = Target.sh_flags & ELF::SHF_ALLOC;
    if (Target.sh_type == ELF::SHT_NOBITS && !Entries->empty())
      return corrupt(where(Table) + " relocates " + where(Target) +
                     ", which has no contents");
    if (Table.sh_link >= Sections.size())
      return corrupt(where(Table) + " has no symbol table");
    auto Symbols = File.symbols(&Sections[Table.sh_link]);
    if (!Symbols)
      return Symbols.takeError();
    for (const auto &R : *Entries) {
      uint64_t Offset = R.r_offset;
      uint32_t Type = R.getType(IsMips64EL);
      unsigned Width = elfRelocationWidth(Machine, Type);
      if (!IsLoaded && changesSectionWhenLoaded(Machine, Type))
        return corrupt(where(Table) + " has relocations of code in " +
                       where(Target) + ", which is not loaded");
      if (Offset > Target.sh_size || Target.sh_size - Offset < Width)
        return corrupt(where(Table) + " has a relocation at offset 0x" +
                       utohexstr(Offset) + ", outside of " + where(Target));
      if (R.getSymbol(IsMips64EL) >= Symbols->size())
        return corrupt(where(Table) + " has a relocation against symbol " +
                       utostr(R.getSymbol(IsMips64EL)) +
                       ", which does not exist");
    }
    return Error::success();
  }

  const ELFFile<ELFT> &File;
  const bool IsMips64EL;
  ArrayRef<Shdr> Sections;
};

} // namespace

/// What \p R says belongs to the relocation before or after it: an addend, half
/// of one, or an address. It names no target, and what stands for its offset
/// need not be one.
static bool isPartOfAnother(const MachOObjectFile &Obj,
                            const RelocationRef &R) {
  const uint64_t Type = R.getType();
  switch (Triple::ArchType(Obj.getArch())) {
  case Triple::aarch64:
    return Type == MachO::ARM64_RELOC_ADDEND;
  case Triple::arm:
  case Triple::thumb:
    return Type == MachO::ARM_RELOC_PAIR;
  case Triple::x86:
    return Type == MachO::GENERIC_RELOC_PAIR;
  default:
    return false;
  }
}

static Error checkTarget(const MachOObjectFile &Obj, const RelocationRef &R,
                         StringRef Where) {
  MachO::any_relocation_info Info = Obj.getRelocation(R.getRawDataRefImpl());
  if (Obj.isRelocationScattered(Info))
    return Error::success(); // Refers to an address.
  uint32_t Number = Obj.getPlainRelocationSymbolNum(Info);
  if (Obj.getPlainRelocationExternal(Info)) {
    if (Number >= Obj.getSymtabLoadCommand().nsyms)
      return corrupt(Where + " has a relocation against symbol " +
                     utostr(Number) + ", which does not exist");
  } else if (Number >
             size_t(std::distance(Obj.section_begin(), Obj.section_end()))) {
    return corrupt(Where + " has a relocation against section " +
                   utostr(Number) + ", which does not exist");
  }
  return Error::success();
}

// Mach-O and COFF: LLVM's readers check headers, load commands and tables, but
// no offsets of relocations.
static Error checkRelocations(const ObjectFile &Obj, const SectionRef &S) {
  Expected<StringRef> Name = S.getName();
  if (!Name)
    return Name.takeError();
  std::string Where = ("section " + *Name).str();
  if (S.getSize() > MaxSectionSize)
    return corrupt(Where + " has the impossible size 0x" +
                   utohexstr(S.getSize()));
  bool HasContents = !S.isBSS() && !S.isVirtual();
  if (HasContents)
    if (Expected<StringRef> Contents = S.getContents(); !Contents)
      return Contents.takeError();
  const auto *MachO = dyn_cast<MachOObjectFile>(&Obj);
  for (const RelocationRef &R : S.relocations()) {
    if (MachO && isPartOfAnother(*MachO, R))
      continue;
    uint64_t Offset = R.getOffset();
    if (Obj.isCOFF())
      Offset -= S.getAddress();
    if (!HasContents || Offset > S.getSize() ||
        S.getSize() - Offset < relocationWidth(R))
      return corrupt(Where + " has a relocation at offset 0x" +
                     utohexstr(Offset) + ", outside of it");
    if (Obj.isCOFF() && R.getSymbol() == Obj.symbol_end())
      return corrupt(Where + " has a relocation against a symbol that does not "
                             "exist");
    if (MachO)
      if (Error Err = checkTarget(*MachO, R, Where))
        return Err;
  }
  return Error::success();
}

static Error checkOther(const ObjectFile &Obj) {
  for (const SectionRef &S : Obj.sections())
    if (Error Err = checkRelocations(Obj, S))
      return Err;
  for (const SymbolRef &S : Obj.symbols()) {
    if (Expected<StringRef> Name = S.getName(); !Name)
      return Name.takeError();
    if (Expected<uint32_t> Flags = S.getFlags(); !Flags)
      return Flags.takeError();
    if (Expected<section_iterator> Section = S.getSection(); !Section)
      return Section.takeError();
    if (Expected<SymbolRef::Type> Type = S.getType(); !Type)
      return Type.takeError();
  }
  return Error::success();
}

static Error unsupported(const ObjectFile &Obj) {
  return make_error<StringError>(
      "RuntimeDyld of LLVM " LLVM_VERSION_STRING " does not know " +
          Obj.getFileFormatName() + " for " +
          Triple::getArchTypeName(Triple::ArchType(Obj.getArch())),
      inconvertibleErrorCode());
}

// RuntimeDyld takes for granted that it knows the architecture.
static bool isKnown(const ObjectFile &Obj) {
  switch (Triple::ArchType(Obj.getArch())) {
  case Triple::x86:
  case Triple::x86_64:
  case Triple::arm:
  case Triple::thumb:
  case Triple::aarch64:
    return true;
  case Triple::aarch64_be:
  case Triple::armeb:
  case Triple::thumbeb:
  case Triple::bpfeb:
  case Triple::bpfel:
  case Triple::mips:
  case Triple::mipsel:
  case Triple::mips64:
  case Triple::mips64el:
  case Triple::ppc:
  case Triple::ppc64:
  case Triple::ppc64le:
  case Triple::systemz:
#if JITSLAB_LLVM_RTDYLD_KNOWS_RISCV
  case Triple::riscv32:
  case Triple::riscv64:
  case Triple::loongarch64:
#endif
    return Obj.isELF();
  default:
    return false;
  }
}

Error checkObject(const ObjectFile &Obj) {
  if (!isKnown(Obj))
    return unsupported(Obj);
  if (const auto *O = dyn_cast<ELF64LEObjectFile>(&Obj))
    return Checker<ELF64LE>(O->getELFFile()).run();
  if (const auto *O = dyn_cast<ELF64BEObjectFile>(&Obj))
    return Checker<ELF64BE>(O->getELFFile()).run();
  if (const auto *O = dyn_cast<ELF32LEObjectFile>(&Obj))
    return Checker<ELF32LE>(O->getELFFile()).run();
  if (const auto *O = dyn_cast<ELF32BEObjectFile>(&Obj))
    return Checker<ELF32BE>(O->getELFFile()).run();
  return checkOther(Obj);
}

} // namespace jitslab
