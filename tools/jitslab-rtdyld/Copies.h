//===- Copies.h - The same objects under other names ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_COPIES_H
#define JITSLAB_TOOLS_RTDYLD_COPIES_H

#include "InputFile.h"
#include "llvm/ADT/StringSet.h"

namespace jitslab {

/// -repeat: makes copies of ELF objects whose symbols have a number behind
/// them. A copy refers to the symbols of the objects with the same number.
class CopyMaker {
public:
  /// Symbols of \p File get numbers in all copies. Fails for files that no
  /// copies can be made of: those that are not 64-bit little-endian ELF.
  llvm::Error add(const InputFile &File);

  /// Copy \p Number of \p File, called "<file>#<number>". The first one has the
  /// names of the original.
  llvm::Expected<InputFile> copy(const InputFile &File, unsigned Number) const;

private:
  llvm::StringSet<> Defined;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_COPIES_H
