//===- RunOptions.h - The command line of jitslab-run -----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_RUNOPTIONS_H
#define JITSLAB_TOOLS_PRELOAD_RUNOPTIONS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace jitslab {

struct RunOptions {
  /// What to put into JITSLAB_OPTIONS.
  std::string Preload;
  bool Verbose = false;
  /// As it was given; to be looked for in PATH.
  std::string Program;
  std::vector<std::string> Arguments;
};

/// Reads the arguments of the command line, which does not include the name of
/// this program. --help and --version end the process with status 0.
llvm::Expected<RunOptions> parseRunOptions(llvm::ArrayRef<char *> Arguments);

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_RUNOPTIONS_H
