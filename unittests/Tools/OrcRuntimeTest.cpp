//===- OrcRuntimeTest.cpp - What JITLink needs the ORC runtime for --------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunLoader.h"
#include "Support/Catch.h"
#include "jitslab/Config.h"

#if JITSLAB_HAS_JITLINK

using namespace jitslab;
using namespace llvm;

// One line that names the file, what is wrong and the option that helps.
static void checkWantsRuntime(const std::vector<std::string> &Options,
                              StringRef File, StringRef Reason) {
  Outcome O = runLoader(Options);
  INFO(O.Err);
  CHECK(O.Status == 1);
  CHECK(O.Out.empty());
  CHECK(StringRef(O.Err).count('\n') == 1);
  CHECK(StringRef(O.Err).find(
            ("jitslab-rtdyld: error: " + File + ": ").str()) == 0);
  CHECK(contains(O.Err, Reason));
  CHECK(contains(O.Err, "-orc-runtime"));
}

TEST_CASE("Without the ORC runtime, JITLink refuses thread-local variables "
          "instead of reading others") {
  const std::string File = input("thread-local");
  for (const char *Manager : {"in-process", "per-protection"}) {
    INFO(Manager);
    std::string Choice = "-memory-manager=" + std::string(Manager);
    checkWantsRuntime({"-linker=jitlink", Choice, File}, File,
                      "'Counter' is thread-local");
    checkWantsRuntime({"-linker=jitlink", Choice, "-noexec", File}, File,
                      "'Counter' is thread-local");
    checkWantsRuntime({"-linker=jitlink", Choice, "-repeat=2", File}, File,
                      "is thread-local");
  }
}

TEST_CASE("Without the ORC runtime, what registers destructors is told of it") {
  const std::string File = input("initialised");
  checkWantsRuntime({"-linker=jitlink", File}, File, "destructors");
  // A control: other symbols that are missing are not its matter.
  Outcome O = runLoader({"-linker=jitlink", input("undefined")});
  CHECK(O.Status == 1);
  CHECK_FALSE(contains(O.Err, "-orc-runtime"));
}

// The ORC runtime frees nothing when it ends, which LeakSanitizer reports.
#if defined(JITSLAB_ORC_RUNTIME) && !JITSLAB_TEST_SANITIZED
TEST_CASE("With the ORC runtime, thread-local variables have their values") {
  Outcome O = runLoader({"-linker=jitlink", "-orc-runtime=" JITSLAB_ORC_RUNTIME,
                         input("thread-local")});
  INFO(O.Err);
  CHECK(O.Status == 5);
}
#endif

#endif
