//===- SecondDefinitions.cpp - Symbols that two files define --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SecondDefinitions.h"
#include "Diagnostics.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace jitslab {

/// True when no other object may define the symbol too.
static bool isOnlyDefinition(const object::SymbolRef &S) {
  Expected<uint32_t> Flags = S.getFlags();
  if (!Flags) {
    // Who loads it says so.
    consumeError(Flags.takeError());
    return false;
  }
  constexpr uint32_t MayBeSeveral =
      object::SymbolRef::SF_Undefined | object::SymbolRef::SF_Weak |
      object::SymbolRef::SF_Common | object::SymbolRef::SF_FormatSpecific;
  return (*Flags & object::SymbolRef::SF_Global) && !(*Flags & MayBeSeveral) &&
         (!S.getObject()->isELF() ||
          object::ELFSymbolRef(S).getBinding() != ELF::STB_GNU_UNIQUE);
}

static StringRef nameOf(const object::SymbolRef &S) {
  Expected<StringRef> Name = S.getName();
  if (Name)
    return *Name;
  consumeError(Name.takeError());
  return "";
}

void warnOfSecondDefinitions(const std::vector<InputFile> &Files) {
  if (Files.size() < 2)
    return;
  StringMap<const InputFile *> Definitions;
  for (const InputFile &File : Files)
    for (const object::SymbolRef &S : File.Object.getBinary()->symbols()) {
      if (!isOnlyDefinition(S))
        continue;
      const StringRef Name = nameOf(S);
      auto Known = Definitions.try_emplace(Name, &File);
      if (!Known.second)
        errs() << programName() << ": warning: " << printable(File.Name)
               << ": '" << printable(Name) << "' is defined in "
               << printable(Known.first->second->Name) << " too\n";
    }
}

} // namespace jitslab
