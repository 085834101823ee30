//===- ObjectChecks.cpp - Is an object consistent? ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ObjectChecks.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

namespace {

using ELFT = ELF64LE;
using Shdr = ELFT::Shdr;
using Sym = ELFT::Sym;

// User space is smaller than this on x86-64 and on AArch64 with the usual
// 48 bits, so no section can be larger; sums of a few stay far from overflow.
constexpr uint64_t MaxSectionSize = uint64_t(1) << 47;

// RuntimeDyld's interface has 32 bits for an alignment.
constexpr uint64_t MaxAlignment = uint64_t(1) << 31;

Error corrupt(const Twine &What) {
  return make_error<StringError>(What, inconvertibleErrorCode());
}

// How many bytes a relocation changes.
unsigned relocationWidth(uint16_t Machine, uint32_t Type) {
  if (Machine == ELF::EM_X86_64)
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
    }
  if (Machine == ELF::EM_AARCH64)
    switch (Type) {
    case ELF::R_AARCH64_NONE:
      return 0;
    case ELF::R_AARCH64_ABS16:
    case ELF::R_AARCH64_PREL16:
      return 2;
    case ELF::R_AARCH64_ABS64:
    case ELF::R_AARCH64_PREL64:
      return 8;
    }
  return 4;
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

class Checker {
public:
  explicit Checker(const ELFFile<ELFT> &File) : File(File) {}

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
      if (S.st_shndx == ELF::SHN_COMMON &&
          (S.st_size > MaxSectionSize || S.st_value > MaxAlignment ||
           (S.st_value && !isPowerOf2_64(S.st_value))))
        return corrupt(Where + " is common and has an impossible size or "
                               "alignment");
      if (S.st_shndx >= ELF::SHN_LORESERVE)
        continue;
      if (S.st_shndx >= Sections.size())
        return corrupt(Where + " is in section " + utostr(S.st_shndx) +
                       ", which does not exist");
      // A symbol may stand for the end of its section.
      if (S.st_shndx != ELF::SHN_UNDEF &&
          S.st_value > Sections[S.st_shndx].sh_size)
        return corrupt(Where + " lies outside of " +
                       where(Sections[S.st_shndx]));
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
      uint32_t Type = R.getType(false);
      unsigned Width = relocationWidth(Machine, Type);
      if (!IsLoaded && changesSectionWhenLoaded(Machine, Type))
        return corrupt(where(Table) + " has relocations of code in " +
                       where(Target) + ", which is not loaded");
      if (Offset > Target.sh_size || Target.sh_size - Offset < Width)
        return corrupt(where(Table) + " has a relocation at offset 0x" +
                       utohexstr(Offset) + ", outside of " + where(Target));
      if (R.getSymbol(false) >= Symbols->size())
        return corrupt(where(Table) + " has a relocation against symbol " +
                       utostr(R.getSymbol(false)) + ", which does not exist");
    }
    return Error::success();
  }

  const ELFFile<ELFT> &File;
  ArrayRef<Shdr> Sections;
};

} // namespace

Error checkObject(const ELF64LEObjectFile &Obj) {
  return Checker(Obj.getELFFile()).run();
}

} // namespace jitslab
