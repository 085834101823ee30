//===- PreloadOptions.h - What JITSLAB_OPTIONS says -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_PRELOADOPTIONS_H
#define JITSLAB_TOOLS_PRELOAD_PRELOADOPTIONS_H

#include "jitslab/Arena.h"

namespace jitslab {

/// The environment variable that the preload reads.
inline constexpr char OptionsVariable[] = "JITSLAB_OPTIONS";

/// What is allowed in it, for messages.
inline constexpr char AllowedOptions[] =
    "layout=per-object|per-protection|dense, window=SIZE (with K, M or G, for "
    "example 1G), grow=0|1, near=host, hugepages, stats, verbose; separated by "
    "commas";

struct PreloadOptions {
  /// PerProtection: all engines of a process share the arena, and the number of
  /// mappings grows neither with that of objects nor with that of forks.
  Layout ObjectLayout = Layout::PerProtection;
  /// As in ArenaOptions.
  size_t WindowSize = 0;
  bool Grow = true;
  bool HugePages = false;
  /// Windows near the program's own code.
  bool NearHost = false;
  /// A line on stderr at exit.
  bool Stats = false;
  /// Lines on stderr about who is served and who is not.
  bool Verbose = false;

  /// Parses a list as described by AllowedOptions; of the same option the last
  /// one counts. Fails with invalid_argument, which says what is wrong and what
  /// is allowed.
  static llvm::Expected<PreloadOptions> parse(llvm::StringRef List);

  /// The options for an arena of this process.
  ArenaOptions arenaOptions() const;
};

/// "per-object" and so on.
const char *layoutName(Layout L);

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_PRELOADOPTIONS_H
