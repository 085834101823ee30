//===- PreloadTest.cpp - Hosts of LLVM on the preload ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompareHosts.h"
#include "Support/Catch.h"
#include "Support/HardenedHost.h"
#include "Support/Process.h"

using namespace jitslab;

static constexpr char Served[] = "jitslab-preload[";

TEST_CASE("Each way to make an MCJIT is served") {
  std::string Kind = GENERATE("mcjit", "jit", "engine");
  INFO(Kind);
  std::string Said = compare({host("c-host"), Kind}, statsOfEachLayout());
  CHECK(occurrences(Said, ": 1 engines, 1 objects; 1 windows, 0 windows near, "
                          "0 laned objects, 0 live objects; KiB: ") == 1);
  CHECK(occurrences(Said, "\n") == 1);
}

TEST_CASE("EngineBuilder is served, with a resolver of the host's too") {
  std::string Mode = GENERATE("plain", "resolver", "plain-manager");
  std::string Said = compare({host("engine-host"), Mode}, statsOfEachLayout());
  CHECK(occurrences(Said, ": 1 engines, 1 objects; ") == 1);
  CHECK(occurrences(Said, ", 0 live objects; ") == 1);
}

TEST_CASE("An engine that is never destroyed does not disturb the end") {
  std::string Said =
      compare({host("engine-host"), "leak"}, statsOfEachLayout());
  CHECK(occurrences(Said, ": 1 engines, 1 objects; ") == 1);
  CHECK(occurrences(Said, ", 1 live objects; ") == 1);
}

TEST_CASE("ORC's RuntimeDyld layers are served") {
  std::string Options = statsOfEachLayout();
  std::vector<std::string> Kinds = {"orc"};
  if (std::string(JITSLAB_TEST_LLVM) == "22")
    Kinds.push_back("orc-reserve");
  for (const std::string &Kind : Kinds) {
    INFO(Kind);
    std::string Said =
        compare({host("c-host"), Kind, JITSLAB_TEST_TRIPLE}, Options);
    CHECK(occurrences(Said, ": 1 engines, 1 objects; ") == 1);
    CHECK(occurrences(Said, ", 0 live objects; ") == 1);
  }
}

TEST_CASE("Every option is understood by hosts") {
  std::string Options =
      GENERATE("layout=dense,window=8M,grow=0", "window=64M",
               "window=1g,grow=0", "hugepages", "near=host", "");
  INFO(Options);
  std::string Said =
      compare({host("c-host"), "mcjit"}, "stats,verbose," + Options);
  CHECK(occurrences(Said, "is served") == 1);
  CHECK(occurrences(Said, ": 1 engines, 1 objects") == 1);
  CHECK(occurrences(Said, "has called LLVMCreateMCJITCompilerForModule\n") ==
        1);
  CHECK(occurrences(Said, "\n") == 3);
}

TEST_CASE("Nothing is said unless it is asked for") {
  CHECK(compare({host("c-host"), "mcjit"}, "").empty());
}

TEST_CASE("A host's own memory manager is left alone") {
  std::vector<std::string> Command = {host("c-host"), "mcjit-own"};
  std::string Said = compare(Command, "stats,verbose");
  const std::string Why = "the host has a memory manager of its own\n";
  CHECK(occurrences(Said, ": left alone: " + Why) == 1);
  CHECK(occurrences(Said, ": nothing was served: " + Why) == 1);
  CHECK(occurrences(Said, "engines") == 0);
  CHECK(occurrences(runPreloaded("", Command).Out, "the host's own manager") ==
        1);
}

TEST_CASE("A manager that a host has made of LLVM's maps in the arena") {
  std::string Options = statsOfEachLayout();
  std::string Mode = GENERATE("own", "wrapper");
  INFO(Mode);
  std::string Said = compare({host("engine-host"), Mode}, Options + ",verbose");
  INFO(Said);
  CHECK(occurrences(Said, ": the host's memory managers map in an arena") == 1);
  CHECK(occurrences(Said, ", the host's memory managers: ") == 1);
  CHECK(occurrences(Said, ": 0 blocks; ") == 0);
  CHECK(occurrences(Said, ", 0 live objects; ") == 1);
  CHECK(occurrences(Said, "left alone") == 0);
  CHECK(occurrences(Said, "nothing was served") == 0);
  CHECK(occurrences(Said, "engines") == 0);
}

TEST_CASE("Children of forks map what their managers need") {
  Outcome O = runPreloaded(statsOfEachLayout(),
                           {host("engine-host"), "forks", "wrapper"});
  INFO(O.Err);
  CHECK(O.Status == 0);
  CHECK(O.Out == "bad results: 0\n");
  // Five children and their parent.
  CHECK(occurrences(O.Err, ", the host's memory managers: ") == 6);
}

TEST_CASE("A host that maps the memory of LLVM's manager itself is left "
          "alone") {
  std::string Said = compare({host("engine-host"), "mapper"}, "stats");
  CHECK(occurrences(Said, ": nothing was served: the host maps the memory of "
                          "its memory manager itself\n") == 1);
  CHECK(occurrences(Said, "\n") == 1);
}

TEST_CASE("An interpreter stays one") {
  std::string Said = compare({host("engine-host"), "interpreter"});
  CHECK(occurrences(
            Said, ": nothing was served: no engine was made that compiles\n") ==
        1);
  CHECK(occurrences(Said, "\n") == 1);
}

TEST_CASE("LLVM is found when only a library of a library has it, and dlclose "
          "works") {
  std::string Said = compare(
      {host("plugin-host"), JITSLAB_TEST_PLUGIN, "mcjit"}, statsOfEachLayout());
  CHECK(occurrences(Said, ": 2 engines, 2 objects; ") == 1);
  CHECK(occurrences(Said, ", 0 live objects; ") == 1);
}

TEST_CASE("Parent and children of a fork go on, and count for themselves") {
  Outcome E = runPreloaded(statsOfEachLayout(), {host("engine-host"), "forks"});
  INFO(E.Err);
  CHECK(E.Status == 0);
  CHECK(E.Out == "bad results: 0\n");
  // The child inherits one engine and its object; it compiles that, if the
  // parent has not yet, and its own.
  CHECK(occurrences(E.Err, ": 1 engines, ") == 5);
  CHECK(occurrences(E.Err, ": 6 engines, 6 objects; ") == 1);
  CHECK(occurrences(E.Err, ", 0 live objects; ") == 1);
}

TEST_CASE("A host may fork with the lock held under which it compiles") {
  Outcome E = runPreloaded(statsOfEachLayout(),
                           {host("engine-host"), "forks-under-lock"});
  INFO(E.Err);
  CHECK(E.Status == 0);
  CHECK(E.Out == "bad results: 0\n");
  CHECK(occurrences(E.Err, " engines, ") == 1);
}

TEST_CASE("A host that must not make written memory executable is served by "
          "dense") {
  std::vector<std::string> Command =
      GENERATE(std::vector<std::string>{host("c-host"), "mcjit"},
               std::vector<std::string>{host("lljit-host"), "plain"});
  auto Hardened = [&](const std::string &Options) {
    return inChild([&]() -> std::string {
      // Goes on to the host, as systemd's would.
      if (!denyWriteExecuteWithSeccomp())
        return "nothing was denied";
      return runPreloaded(Options, Command).Out;
    });
  };
  const bool IsServed = ServesLLJIT || Command[0] != host("lljit-host");
  CHECK(occurrences(Hardened("layout=dense"), Answer) == (IsServed ? 1 : 0));
  // The controls: it runs code that was never made executable.
  CHECK(Hardened("layout=per-protection").empty());
  CHECK(Hardened("layout=per-object").empty());
}

TEST_CASE("jitslab-run sets everything up, on top of the environment") {
  Outcome E =
      runProgram({"env", "JITSLAB_OPTIONS=stats,layout=per-object", runner(),
                  "--window=64M", "--verbose", host("c-host"), "mcjit"});
  INFO(E.Err);
  CHECK(E.Status == 0);
  CHECK(E.Out == Answer);
  CHECK(occurrences(E.Err, "layout per-object, windows of 64 MiB") == 1);
  CHECK(occurrences(E.Err, ": 1 engines, 1 objects") == 1);
  CHECK(occurrences(E.Err, Served) == 3);
}

TEST_CASE(
    "jitslab-run passes on arguments, the exit status and other preloads") {
  Outcome E = runProgram({"env", "LD_PRELOAD=libc.so.6", runner(), "sh", "-c",
                          "echo \"$1 $LD_PRELOAD\"; exit 7", "sh", "--stats"});
  CHECK(E.Status == 7);
  CHECK(E.Out == "--stats " JITSLAB_TEST_PRELOAD ":libc.so.6\n");
  CHECK(E.Err.empty());
}
