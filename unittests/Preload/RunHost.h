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

/// How often \p What occurs in \p Text.
size_t occurrences(const std::string &Text, const std::string &What);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_RUNHOST_H
