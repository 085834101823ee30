//===- Options.h - The loader's command line --------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_OPTIONS_H
#define JITSLAB_TOOLS_RTDYLD_OPTIONS_H

#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace jitslab {

struct LoaderOptions {
  std::vector<std::string> InputFiles;
  std::vector<std::string> Dylibs;
  std::string MemoryManager;
  /// Empty: the architecture that this program runs on.
  std::string Triple;
  /// Empty: main, or _main if there is no main.
  std::string Entry;
  /// What the entry gets after argv[0].
  std::vector<std::string> Arguments;
  bool Scatter = false;
  bool Statistics = false;
};

/// Parses the command line. -help and -version end the process with status 0.
llvm::Expected<LoaderOptions> parseOptions(int Argc, char **Argv);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_OPTIONS_H
