//===- RunHost.cpp - Starts hosts of LLVM, with the preload or not --------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunHost.h"
#include "llvm/ADT/StringRef.h"

using namespace llvm;

namespace jitslab {

Outcome runPreloaded(const std::string &Options,
                     std::vector<std::string> Command) {
  // Not setenv: this process must not be served.
  std::vector<std::string> All = {"env", "LD_PRELOAD=" JITSLAB_TEST_PRELOAD,
                                  "JITSLAB_OPTIONS=" + Options};
  All.insert(All.end(), Command.begin(), Command.end());
  return runProgram(std::move(All));
}

std::string host(const std::string &Name) {
  return JITSLAB_TEST_HOSTS "/" + Name;
}

std::string runner() { return JITSLAB_TEST_RUN; }

size_t occurrences(const std::string &Text, const std::string &What) {
  return StringRef(Text).count(What);
}

} // namespace jitslab
