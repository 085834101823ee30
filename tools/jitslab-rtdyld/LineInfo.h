//===- LineInfo.h - The -printline actions ----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_LINEINFO_H
#define JITSLAB_TOOLS_RTDYLD_LINEINFO_H

#include "Options.h"

namespace jitslab {

/// Prints to stdout each function of each file with its lines: by what the file
/// says, by where it was loaded, or by what a debugger would be given, as
/// \p O.What asks for. Each file gets a linker of its own.
llvm::Error printLines(const LoaderOptions &O);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_LINEINFO_H
