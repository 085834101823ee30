//===- Linker.h - What the loader needs of a linker -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_LINKER_H
#define JITSLAB_TOOLS_RTDYLD_LINKER_H

#include "InputFile.h"
#include "LoadedImage.h"
#include "Scatter.h"
#include "jitslab/Arena.h"

namespace jitslab {

/// Loads objects and links them, with one of LLVM's linkers. The loaded code
/// lives as long as this.
class Linker {
public:
  virtual ~Linker();

  virtual llvm::Error addDylib(const std::string &Path) = 0;

  /// Takes a further object. The free address space around the first one is
  /// occupied as soon as its memory has been taken, if \p S says so.
  virtual llvm::Error addObject(InputFile File, Scatter &S) = 0;

  /// Resolves all symbols of the objects that were added since the last call,
  /// and gives their memory its final access rights. Errors name the file.
  virtual llvm::Error link() = 0;

  /// What lies where. Requires that link has succeeded.
  virtual LoadedImage image() const = 0;

  /// Checks all relocations of all objects. Requires that link has succeeded.
  virtual llvm::Expected<AuditResult> audit(size_t Object) const = 0;

  /// The address of the function \p Name, defined by one of the objects; 0 if
  /// there is none. Fails if it is not code.
  virtual llvm::Expected<uint64_t> findFunction(llvm::StringRef Name) = 0;

  /// Around the call of the entry. Linkers that cannot do it do nothing.
  virtual llvm::Error runInitialisers() { return llvm::Error::success(); }
  virtual llvm::Error runDeinitialisers() { return llvm::Error::success(); }

  /// Null when the memory manager has none.
  virtual const Arena *arena() const = 0;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_LINKER_H
