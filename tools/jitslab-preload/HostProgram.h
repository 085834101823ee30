//===- HostProgram.h - Can a program be served by a preload? ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_HOSTPROGRAM_H
#define JITSLAB_TOOLS_PRELOAD_HOSTPROGRAM_H

#include "llvm/ADT/StringRef.h"
#include <string>

namespace jitslab {

/// \returns why the dynamic linker will not load a preload into the program at
/// \p Path, or into the interpreter of the script at \p Path; empty if it will,
/// or if that cannot be told.
std::string whyNotPreloaded(llvm::StringRef Path);

/// \returns what the ELF file at \p Path is when it is no program ("an object
/// file"); empty if it is one, or no ELF file.
std::string whyNoProgram(llvm::StringRef Path);

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_HOSTPROGRAM_H
