//===- ELFSymbols.h - Where the symbols of an object are --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_AUDIT_ELFSYMBOLS_H
#define JITSLAB_AUDIT_ELFSYMBOLS_H

#include "jitslab/RelocationAudit.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Object/ELFObjectFile.h"

namespace jitslab {

struct ReferredSymbol {
  std::string Name;
  /// Where it may be: a global symbol can stand for another object's, and an
  /// IFUNC for its stub. Never empty.
  llvm::SmallVector<uint64_t, 2> Addresses;
  bool IsThreadLocal = false;
};

class SymbolFinder {
public:
  SymbolFinder(const LinkedObject &O,
               const llvm::object::ELF64LEObjectFile &Object)
      : O(O), Object(Object) {}

  /// What \p Relocation refers to: the address 0 if it has no symbol.
  llvm::Expected<ReferredSymbol>
  find(const llvm::object::RelocationRef &Relocation) const;

private:
  const LinkedObject &O;
  const llvm::object::ELF64LEObjectFile &Object;
};

} // namespace jitslab

#endif // JITSLAB_AUDIT_ELFSYMBOLS_H
