//===- PreloadBadInputTest.cpp - Hosts that cannot be served --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunHost.h"
#include "Support/Catch.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include <sys/stat.h>
#include <unistd.h>

using namespace jitslab;

// What the library that is not LLVM returns.
static constexpr char FakeResults[] = "4321 521 21 1 20 33\n";

TEST_CASE("Bad options are told, and the host runs on LLVM's manager") {
  std::string Options = GENERATE(
      "nonsense", "layout=sparse", "layout", "window=", "window=1T",
      "window=99999999999999999999G", "window=3", "grow=2", "grow", "near=here",
      "below=0", "below=here", "stats=1", "verbose=0", "hugepages=1");
  INFO(Options);
  Outcome E =
      runPreloaded("stats,verbose," + Options, {host("c-host"), "mcjit"});
  INFO(E.Err);
  CHECK(E.Status == 0);
  CHECK(E.Out == "triple(14) = 42\n");
  CHECK(occurrences(E.Err, "LLVM's memory manager stays\n") == 1);
  // It is the reason that is told at the end, too.
  CHECK(occurrences(E.Err, ": nothing was served: ") == 1);
  // Sizes of windows are the arena's to judge.
  if (Options != "window=3") {
    CHECK(occurrences(E.Err, "'" + Options + "'; allowed: layout=") == 2);
  } else {
    CHECK(occurrences(E.Err, "WindowSize is 3 bytes; it has to be") == 2);
  }
}

TEST_CASE("jitslab-run refuses bad options") {
  std::string Option = GENERATE("--layout=sparse", "--window=3", "--nonsense",
                                "--grow=2", "--near=x");
  Outcome E = runProgram({runner(), Option, host("hello")});
  INFO(E.Err);
  CHECK(E.Status == 125);
  CHECK(E.Out.empty());
  CHECK(occurrences(E.Err, "jitslab-run: error: ") == 1);
  CHECK(runProgram({runner()}).Status == 125);
}

TEST_CASE("jitslab-run says when there is no such program") {
  // LLVM takes a status of 127 for its own.
  Outcome E = runProgram(
      {"sh", "-c", "\"$@\"; echo $?", "sh", runner(), "/nowhere/at-all"});
  CHECK(E.Out == "127\n");
  CHECK(occurrences(E.Err, "jitslab-run: error: /nowhere/at-all: ") == 1);
}

TEST_CASE("An arena that the system refuses leaves LLVM's manager") {
  // Enough for LLVM, not for a window of 1 GiB.
  const std::string Preload = "LD_PRELOAD=" JITSLAB_TEST_PRELOAD;
  Outcome E = runProgram({"sh", "-c", "ulimit -v 900000; exec \"$@\"", "sh",
                          "env", Preload, "JITSLAB_OPTIONS=window=1G",
                          host("c-host"), "mcjit"});
  INFO(E.Err);
  CHECK(E.Status == 0);
  CHECK(E.Out == "triple(14) = 42\n");
  CHECK(occurrences(E.Err, "LLVM's memory manager stays") == 1);
}

TEST_CASE("A program without LLVM is not touched") {
  Outcome E = runPreloaded("stats,verbose", {host("hello")});
  CHECK(E.Status == 7);
  CHECK(E.Out == "hello\n");
  CHECK(E.Err.empty());
}

TEST_CASE("A program with an LLVM that has no backend keeps its manager") {
  bool Plugin = GENERATE(false, true);
  std::vector<std::string> Command = {host("other-host")};
  if (Plugin)
    Command = {host("plugin-host"), JITSLAB_TEST_OTHER_PLUGIN};
  std::string Expected = FakeResults;
  if (Plugin)
    Expected += FakeResults;
  CHECK(runProgram(Command).Out == Expected);
  Outcome Quiet = runPreloaded("stats", Command);
  CHECK(Quiet.Status == 0);
  CHECK(Quiet.Out == Expected);
  INFO(Quiet.Err);
  CHECK(occurrences(Quiet.Err, "\n") == 1);
  const std::string Other = ": LLVM " JITSLAB_TEST_OTHER_LLVM;
  CHECK(occurrences(
            Quiet.Err,
            Other + ": nothing was served: there is no backend for it\n") == 1);
  Outcome Verbose = runPreloaded("verbose", Command);
  CHECK(Verbose.Out == Expected);
  INFO(Verbose.Err);
  // One line for each way in, and one for what came of all of them.
  CHECK(occurrences(Verbose.Err, Other + ": the host has called ") == 6);
  CHECK(occurrences(Verbose.Err,
                    Other + ": left alone: there is no backend for it\n") == 1);
  CHECK(occurrences(Verbose.Err, "\n") == 7);
}

TEST_CASE("A program with an LLVM that nobody knows is not touched") {
  Outcome E = runPreloaded("stats,verbose", {host("unknown-host")});
  CHECK(E.Status == 0);
  CHECK(E.Out == FakeResults);
  CHECK(E.Err.empty());
}

TEST_CASE("Another copy of the same LLVM is not served") {
  bool Plugin = GENERATE(false, true);
  std::vector<std::string> Command = {host("same-host")};
  if (Plugin)
    Command = {host("plugin-host"), JITSLAB_TEST_SAME_PLUGIN};
  Outcome E = runPreloaded("stats", Command);
  INFO(E.Err);
  CHECK(E.Status == 0);
  CHECK(occurrences(E.Out, FakeResults) == (Plugin ? 2 : 1));
  CHECK(occurrences(E.Err, "\n") == 1);
  CHECK(occurrences(E.Err, "is for another copy than ") == 1);
}

TEST_CASE("A statically linked program runs, and jitslab-run says so") {
  Outcome E =
      runProgram({runner(), "--stats", "--verbose", host("hello-static")});
  CHECK(E.Status == 7);
  CHECK(E.Out == "hello\n");
  CHECK(occurrences(E.Err, "hello-static is statically linked: it runs without "
                           "the preload\n") == 1);
  CHECK(occurrences(E.Err, "\n") == 1);
}

TEST_CASE("A setuid program runs, and jitslab-run says so") {
  if (geteuid() != 0) {
    WARN("only root can make a file another user's: not tested");
    return;
  }
  llvm::SmallString<128> Copy;
  REQUIRE_FALSE(llvm::sys::fs::createTemporaryFile("jitslab-setuid", "", Copy));
  llvm::FileRemover Remove(Copy);
  REQUIRE_FALSE(llvm::sys::fs::copy_file(host("c-host"), Copy));
  // Debian's nobody. chown takes the setuid bit away, so it comes second.
  REQUIRE(chown(Copy.c_str(), 65534, 65534) == 0);
  REQUIRE(chmod(Copy.c_str(), 04755) == 0);
  Outcome E =
      runProgram({runner(), "--stats", "--verbose", Copy.str().str(), "mcjit"});
  INFO(E.Err);
  CHECK(E.Status == 0);
  CHECK(E.Out == "triple(14) = 42\n");
  CHECK(occurrences(E.Err, "runs with other rights than yours") == 1);
  CHECK(occurrences(E.Err, "\n") == 1);
  // The control: without the bit it is served.
  REQUIRE(chmod(Copy.c_str(), 0755) == 0);
  CHECK(occurrences(
            runProgram({runner(), "--stats", Copy.str().str(), "mcjit"}).Err,
            "1 engines, 1 objects") == 1);
}

TEST_CASE("The preload needs the C library only and shows only what it "
          "interposes") {
  Outcome E = runProgram({"readelf", "-dW", JITSLAB_TEST_PRELOAD});
  CHECK(occurrences(E.Out, "(NEEDED)") == 1);
  CHECK(occurrences(E.Out, "[libc.so.6]") == 1);
  Outcome Names =
      runProgram({"nm", "-D", "--defined-only", JITSLAB_TEST_PRELOAD});
  size_t Functions = occurrences(Names.Out, " T ");
  size_t Expected = 0;
  for (int Version : {JITSLAB_TEST_SUPPORTED_LLVM})
    Expected += 12 + (Version >= 22 ? 2 : 0) +
                // SimpleRemoteEPC::setup.
                (Version >= 19 && Version <= 22 ? 1 : 0);
  CHECK(Functions == Expected);
  CHECK(occurrences(Names.Out, "@LLVM_") == Functions);
  Outcome Backend =
      runProgram({"nm", "-D", "--defined-only", JITSLAB_TEST_BACKEND});
  CHECK(occurrences(Backend.Out, "\n") == 1);
  CHECK(occurrences(Backend.Out, "jitslab_preload_backend_") == 1);
}
