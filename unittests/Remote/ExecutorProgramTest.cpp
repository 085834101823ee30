//===- ExecutorProgramTest.cpp - The arguments of jitslab-executor --------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Catch.h"
#include "Support/RunProgram.h"
#include "llvm/ADT/StringRef.h"

using namespace jitslab;
using namespace llvm;

static Outcome runExecutor(std::vector<std::string> Arguments) {
  Arguments.insert(Arguments.begin(), JITSLAB_TEST_EXECUTOR);
  return runProgram(std::move(Arguments));
}

TEST_CASE("The executor says what it takes and which one it is") {
  Outcome O = runExecutor({"--help"});
  CHECK(O.Status == 0);
  CHECK(StringRef(O.Out).find("usage: jitslab-executor filedescs=IN,OUT") == 0);
  O = runExecutor({"--version"});
  CHECK(O.Status == 0);
  CHECK(StringRef(O.Out).find("jitslab-executor ") == 0);
  CHECK(StringRef(O.Out).find(", LLVM ") != StringRef::npos);
}

TEST_CASE("The executor refuses arguments with a reason") {
  const std::pair<std::vector<std::string>, StringRef> Cases[] = {
      {{}, "one argument is needed"},
      {{"filedescs=3,4", "listen=localhost:0"}, "one argument is needed"},
      {{"filedescs=3"}, "filedescs is '3'; it has to be two descriptors"},
      {{"listen=localhost"}, "listen is 'localhost'; it has to be as"},
      {{"listen=localhost:no-port"}, "cannot find"},
      {{"listen=192.0.2.1:1"}, "cannot listen at '192.0.2.1:1': "}};
  for (const auto &[Arguments, Reason] : Cases) {
    const Outcome O = runExecutor(Arguments);
    INFO(O.Err);
    CHECK(O.Status == 1);
    CHECK(StringRef(O.Err).find("jitslab-executor: ") == 0);
    CHECK(StringRef(O.Err).find(Reason) != StringRef::npos);
  }
}
