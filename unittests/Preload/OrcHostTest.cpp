//===- OrcHostTest.cpp - Hosts of LLJIT on the preload --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompareHosts.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"

using namespace jitslab;

/// What has been served is one engine with something in it, of which nothing is
/// left; or it is said why nothing was.
static void checkServed(const std::string &Said) {
  INFO(Said);
  if (!ServesLLJIT) {
    CHECK(occurrences(Said,
                      std::string(": nothing was served: ") + WhyNoLLJIT) == 1);
    return;
  }
  CHECK(occurrences(Said, ": 1 engines, ") == 1);
  CHECK(occurrences(Said, " 0 objects; ") == 0);
  CHECK(occurrences(Said, ", 0 live objects; ") == 1);
  CHECK(occurrences(Said, "\n") == 1);
}

TEST_CASE("LLJIT and LLLazyJIT are served") {
  std::string Options = statsOfEachLayout();
  std::string Mode = GENERATE("plain", "lazy", "threads", "executor");
  INFO(Mode);
  checkServed(compare({host("lljit-host"), Mode}, Options));
}

TEST_CASE("LLJIT of the C interface is served") {
  std::string Options = statsOfEachLayout();
  std::string Mode = GENERATE("lljit", "lljit-default");
  INFO(Mode);
  checkServed(compare({host("c-host"), Mode, JITSLAB_TEST_TRIPLE}, Options));
}

TEST_CASE("LLVM 22's JITLink layer of the C interface is served") {
  if (std::string(JITSLAB_TEST_LLVM) != "22")
    return;
  checkServed(compare({host("c-host"), "orc-jitlink", JITSLAB_TEST_TRIPLE},
                      statsOfEachLayout()));
}

TEST_CASE("An object that a host of LLJIT adds links as it always did") {
  std::string Said = compare({host("lljit-host"), "object", JITSLAB_TEST_PASS},
                             statsOfEachLayout());
  checkServed(Said);
}

TEST_CASE("An LLJIT whose host has chosen the layer is left alone") {
  std::string Said = compare({host("lljit-host"), "own"}, "stats,verbose");
  const std::string Why = "the host makes its object linking layer itself\n";
  CHECK(occurrences(Said, "the host has called LLJITBuilder::create\n") == 1);
  CHECK(occurrences(Said, ": left alone: " + Why) == 1);
  CHECK(occurrences(Said, ": nothing was served: " + Why) == 1);
  CHECK(occurrences(Said, "the host has called SectionMemoryManager\n") == 1);
  CHECK(occurrences(Said, "\n") == 4);
}

TEST_CASE("An LLJIT whose code may run elsewhere is left alone") {
  std::string Said =
      compare({host("lljit-host"), "other-executor"}, "stats,verbose");
  CHECK(occurrences(Said, ": left alone: the host's code may run in another "
                          "process\n") == 1);
  CHECK(occurrences(Said, " engines, ") == 0);
}

TEST_CASE("Each way in is told once") {
  std::string Said =
      compare({host("c-host"), "lljit", JITSLAB_TEST_TRIPLE}, "verbose");
  CHECK(occurrences(Said, "the host has called LLVMOrcCreateLLJIT\n") == 1);
  if (ServesLLJIT)
    CHECK(occurrences(Said, " is served, layout per-protection, ") == 1);
  else
    CHECK(occurrences(Said, std::string(": left alone: ") + WhyNoLLJIT) == 1);
  CHECK(occurrences(Said, "\n") == 2);
}

TEST_CASE("Hosts of LLJIT run on LLVM's managers where there is no backend") {
  std::vector<std::string> Command = GENERATE(
      std::vector<std::string>{host("lljit-host"), "plain"},
      std::vector<std::string>{host("lljit-host"), "lazy"},
      std::vector<std::string>{host("c-host"), "lljit", JITSLAB_TEST_TRIPLE});
  INFO(Command[0]);
  llvm::SmallString<128> Preload;
  REQUIRE_FALSE(
      llvm::sys::fs::createTemporaryFile("jitslab-preload", "so", Preload));
  llvm::FileRemover Remove(Preload);
  REQUIRE_FALSE(llvm::sys::fs::copy_file(JITSLAB_TEST_PRELOAD, Preload));
  Outcome Without = runProgram(Command);
  Command.insert(Command.begin(), {"env", "JITSLAB_OPTIONS=stats",
                                   "LD_PRELOAD=" + Preload.str().str()});
  Outcome With = runProgram(Command);
  INFO(With.Err);
  CHECK(With.Status == 0);
  CHECK(With.Out == Without.Out);
  CHECK(occurrences(With.Err, "nothing was served: there is no backend") == 1);
}

TEST_CASE("A host that is left alone has neither a backend nor a window") {
  // What main.c says of mappings, with windows of 512 MiB.
  auto Mappings = [](const std::string &Mode) {
    return runProgram({"env", "LD_PRELOAD=" JITSLAB_TEST_PRELOAD,
                       "JITSLAB_OPTIONS=window=512M", "JITSLAB_TEST_MAPS=1",
                       host("c-host"), Mode})
        .Err;
  };
  CHECK(Mappings("mcjit-own") == "backend: 0, window: 0\n");
  // The control.
  CHECK(Mappings("mcjit") == "backend: 1, window: 1\n");
}
