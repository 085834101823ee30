//===- RunHost.h - Starts hosts of LLVM, with the preload or not *- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_RUNHOST_H
#define JITSLAB_UNITTESTS_RUNHOST_H

#include "Support/RunProgram.h"
#include "jitslab/Config.h"
#include <string>
#include <vector>

namespace jitslab {

/// Runs a host of this folder with the preload and JITSLAB_OPTIONS, and with
/// nothing else between.
Outcome runPreloaded(const std::string &Options,
                     std::vector<std::string> Command);

/// Path of a program that is built in this folder.
std::string host(const std::string &Name);

/// Path of jitslab-run.
std::string runner();

/// An LLJIT links with JITLink from LLVM 17 on, where it has the choice
/// (x86-64), and jitslab has a part for that from LLVM 19 on: those between are
/// left alone.
constexpr bool ServesLLJIT = JITSLAB_HAS_JITLINK || JITSLAB_LLVM_MAJOR < 17;
constexpr char WhyNoLLJIT[] =
    "the host links with JITLink, which needs LLVM 19 or later\n";

/// How often \p What occurs in \p Text.
size_t occurrences(const std::string &Text, const std::string &What);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_RUNHOST_H
