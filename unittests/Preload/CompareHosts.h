//===- CompareHosts.h - Hosts with and without the preload ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_COMPAREHOSTS_H
#define JITSLAB_UNITTESTS_COMPAREHOSTS_H

#include "RunHost.h"
#include "Support/Catch.h"
#include "Support/Layouts.h"

namespace jitslab {

/// What each host prints.
inline constexpr char Answer[] = "triple(14) = 42\n";

/// Options: statistics, and each layout in turn. At most once in a test case.
inline std::string statsOfEachLayout() {
  std::string Options = "stats,layout=" + layoutName(anyLayout()).str();
  UNSCOPED_INFO(Options);
  return Options;
}

/// Runs a host with and without the preload; it has to do the same. \returns
/// what the preload said.
inline std::string compare(const std::vector<std::string> &Command,
                           const std::string &Options = "stats") {
  Outcome Without = runProgram(Command);
  INFO(Without.Err);
  REQUIRE(Without.Status == 0);
  CHECK(Without.Err.empty());
  Outcome With = runPreloaded(Options, Command);
  INFO(With.Err);
  CHECK(With.Status == 0);
  CHECK(With.Out == Without.Out);
  CHECK(occurrences(With.Out, Answer) > 0);
  return With.Err;
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_COMPAREHOSTS_H
