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

Expected<ReferredSymbol>
SymbolFinder::find(const RelocationRef &Relocation) const {
  ReferredSymbol Result;
  symbol_iterator Symbol = Relocation.getSymbol();
  if (Symbol == Object.symbol_end()) { // The addend is the address.
    Result.Addresses.push_back(0);
    return Result;
  }
  auto Entry = Object.getSymbol(Symbol->getRawDataRefImpl());
  if (!Entry)
    return Entry.takeError();
  const ELF64LE::Sym &S = **Entry;
  auto Name = Symbol->getName();
  if (!Name)
    return Name.takeError();
  Result.Name = Name->str();
  Result.IsThreadLocal = S.getType() == ELF::STT_TLS;

  std::optional<uint64_t> Own;
  if (S.st_shndx == ELF::SHN_ABS) {
    Own = S.st_value;
  } else {
    // Also where there are more sections than st_shndx can tell.
    auto Section = Symbol->getSection();
    if (!Section)
      return Section.takeError();
    if (*Section != Object.section_end())
      Own = O.SectionAddress(**Section) + S.st_value;
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
