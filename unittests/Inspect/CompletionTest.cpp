//===- CompletionTest.cpp - What bash completes ---------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Catch.h"
#include "Support/RunProgram.h"

using namespace jitslab;

/// What bash makes of \p Words, which it has divided, of a command line; the
/// last one is being typed.
static std::string completionsOf(std::vector<std::string> Words) {
  std::vector<std::string> Command = {
      "bash", "-c",
      "source " JITSLAB_TEST_COMPLETION
      "; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _jitslab \"$1\"; "
      "echo \"${COMPREPLY[@]}\"",
      "bash"};
  Command.insert(Command.end(), Words.begin(), Words.end());
  Outcome O = runProgram(std::move(Command));
  INFO(O.Err);
  CHECK(O.Status == 0);
  return O.Out;
}

TEST_CASE("bash completes options and their values") {
  const std::string Inspect = JITSLAB_TEST_INSPECT,
                    Loader = JITSLAB_TEST_LOADER;
  CHECK(completionsOf({Inspect, "--f"}) == "--format=\n");
  CHECK(completionsOf({Inspect, "--format", "="}) == "table json svg\n");
  CHECK(completionsOf({Inspect, "--format", "=", "j"}) == "json\n");
  CHECK(completionsOf({Loader, "-memory"}) == "-memory-manager=\n");
  CHECK(completionsOf({Loader, "--noex"}) == "--noexec\n");
  CHECK(completionsOf({Loader, "-linker", "=", "r"}) == "rtdyld\n");
  CHECK(completionsOf({Loader, "--no-such"}) == "\n");
}

TEST_CASE("bash completes files where no option is") {
  TemporaryFile File("");
  CHECK(completionsOf({JITSLAB_TEST_LOADER,
                       File.path().substr(0, File.path().size() - 1)}) ==
        File.path() + "\n");
}
