//===- SymbolResolver.h - What the loaded objects do not define -*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_SYMBOLRESOLVER_H
#define JITSLAB_TOOLS_RTDYLD_SYMBOLRESOLVER_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ExecutionEngine/JITSymbol.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace jitslab {

/// Finds the symbols that no loaded object defines: in the shared libraries
/// that were added, first one first, then in the process.
class SymbolResolver : public llvm::JITSymbolResolver {
public:
  SymbolResolver();

  llvm::Error addDylib(const std::string &Path);

  /// Makes \p Name known, before everything else.
  void define(llvm::StringRef Name, uint64_t Address) {
    Defined[Name] = Address;
  }

  /// 0 if there is no such symbol.
  uint64_t find(llvm::StringRef Name) const;

  /// Remembers what \p Obj wants from others: which undefined symbols are weak,
  /// and whom to name when one is not found. Both strings may go away.
  llvm::Error addReferences(llvm::StringRef File,
                            const llvm::object::ObjectFile &Obj);

  /// Fails with a message that names the missing symbols and who needs them.
  void lookup(const LookupSet &Symbols, OnResolvedFunction Done) override;

  /// Definitions in loaded objects win over those in libraries.
  llvm::Expected<LookupSet>
  getResponsibilitySet(const LookupSet &Symbols) override {
    return Symbols;
  }

  /// Weak references may stay without a definition.
  bool allowsZeroSymbols() override { return true; }

private:
  struct Reference {
    std::string File;
    bool Weak = true;
  };

  llvm::Error undefined(llvm::ArrayRef<llvm::StringRef> Names) const;

  std::vector<llvm::sys::DynamicLibrary> Dylibs;
  llvm::StringMap<Reference> References;
  llvm::StringMap<uint64_t> Defined;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_SYMBOLRESOLVER_H
