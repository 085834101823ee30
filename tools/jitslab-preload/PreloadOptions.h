//===- PreloadOptions.h - How a user configures the preload -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_PRELOADOPTIONS_H
#define JITSLAB_TOOLS_PRELOAD_PRELOADOPTIONS_H

#include "OptionNames.h"
#include "jitslab/Arena.h"

namespace jitslab {

/// One list of options serves both: JITSLAB_OPTIONS has them with commas
/// between them, and jitslab-run's command line one an argument, with dashes
/// before it.
struct PreloadOptions {
  /// PerProtection: all engines of a process share the arena, and the number of
  /// mappings grows neither with that of objects nor with that of forks.
  Layout ObjectLayout = Layout::PerProtection;
  /// As in ArenaOptions.
  size_t WindowSize = 0;
  bool Grow = true;
  bool HugePages = false;
  bool RegisterFrames = true;
  uintptr_t Below = 0;
  /// Windows near the program's own code.
  bool NearHost = false;
  /// A line on stderr at exit.
  bool Stats = false;
  /// Lines on stderr about who is served and who is not.
  bool Verbose = false;

  /// Reads \p List, in which commas are between options; of the same option the
  /// last one counts. Fails with invalid_argument, which says what is wrong and
  /// what is allowed.
  static llvm::Expected<PreloadOptions> parse(llvm::StringRef List);

  /// The options for an arena of this process.
  ArenaOptions arenaOptions() const;
};

/// True if there is an option \p Name and it needs a value.
bool takesValue(llvm::StringRef Name);

/// What is allowed in a list, in one line, for messages.
std::string allowedOptions();

/// Prints each option and what it does, as jitslab-run's command line has it.
void printOptions(llvm::raw_ostream &OS);

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_PRELOADOPTIONS_H
