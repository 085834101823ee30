//===- OptionNames.h - Where the preload finds its options ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// For the preload too, which has nothing but the C library.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_OPTIONNAMES_H
#define JITSLAB_TOOLS_PRELOAD_OPTIONNAMES_H

namespace jitslab {

/// The environment variable that has the options.
inline constexpr char OptionsVariable[] = "JITSLAB_OPTIONS";

/// The options that matter where no LLVM is served.
inline constexpr char StatsOption[] = "stats";
inline constexpr char VerboseOption[] = "verbose";

/// The environment variable that has the process ID of what jitslab-run has
/// started.
inline constexpr char StartedVariable[] = "JITSLAB_STARTED";

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_OPTIONNAMES_H
