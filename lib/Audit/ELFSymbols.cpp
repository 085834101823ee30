//===- ELFSymbols.cpp - Where the symbols of an object are ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ELFSymbols.h"
#include <optional>

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

using ELFT = ELF64LE;

Expected<ReferredSymbol> SymbolFinder::find(const ELFT::Shdr &Table,
                                            uint32_t Index) const {
  const ELFFile<ELFT> &File = Object.getELFFile();
  ReferredSymbol Result;
  if (Index == 0) { // No symbol: the addend is the address.
    Result.Addresses.push_back(0);
    return Result;
  }
  auto Symbol = File.getEntry<ELFT::Sym>(Table, Index);
  if (!Symbol)
    return Symbol.takeError();
  const ELFT::Sym &S = **Symbol;
  auto Strings = File.getStringTableForSymtab(Table);
  if (!Strings)
    return Strings.takeError();
  auto Name = S.getName(*Strings);
  if (!Name)
    return Name.takeError();
  Result.Name = Name->str();
  Result.IsThreadLocal = S.getType() == ELF::STT_TLS;

  std::optional<uint64_t> Own;
  if (S.st_shndx == ELF::SHN_ABS) {
    Own = S.st_value;
  } else if (S.st_shndx != ELF::SHN_UNDEF && S.st_shndx < ELF::SHN_LORESERVE) {
    auto Section = File.getSection(S.st_shndx);
    if (!Section)
      return Section.takeError();
    Own = O.SectionAddress(Object.toSectionRef(*Section)) + S.st_value;
    if (S.getType() == ELF::STT_SECTION) {
      auto SectionName = File.getSectionName(**Section);
      if (!SectionName)
        return SectionName.takeError();
      Result.Name = SectionName->str();
    }
  }
  bool SeenByOthers = S.getBinding() != ELF::STB_LOCAL;
  if (Own && (!SeenByOthers || S.st_shndx == ELF::SHN_ABS)) {
    Result.Addresses.push_back(*Own);
    return Result;
  }
  uint64_t Global = O.SymbolAddress(Result.Name);
  if (Own && (Global == 0 || Global == *Own)) {
    Result.Addresses.push_back(*Own);
    return Result;
  }
  Result.Addresses.push_back(Global);
  if (Own)
    Result.Addresses.push_back(*Own);
  return Result;
}

} // namespace jitslab
