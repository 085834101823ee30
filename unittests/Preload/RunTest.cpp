//===- RunTest.cpp - What jitslab-run says, runs and refuses --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/LayoutNames.h"
#include "RunHost.h"
#include "Support/Catch.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cstdlib>
#include <sys/stat.h>

using namespace jitslab;
using namespace llvm;

static void makeExecutable(const std::string &Path) {
  REQUIRE(chmod(Path.c_str(), 0755) == 0);
}

/// \p Said without the process IDs of the preload's lines.
static std::string withoutProcess(std::string Said) {
  for (size_t At = 0; (At = Said.find('[', At)) != std::string::npos; ++At)
    Said.erase(At + 1, Said.find(']', At) - At - 1);
  return Said;
}

TEST_CASE("A window of size 0 is the default, as in ArenaOptions") {
  for (const char *Window : {"--window=0", "--window=0M"}) {
    Outcome E = runProgram({runner(), Window, host("hello")});
    INFO(E.Err);
    CHECK(E.Status == 7);
    CHECK(E.Err.empty());
  }
}

TEST_CASE("jitslab-run and the environment take the same options") {
  for (const char *Option :
       {"layout=dense", "window=64M", "grow=0", "near=host", "hugepages",
        "frames=0", "stats", "verbose", "frames=no", "layout=sparse",
        "window=3", "window=", "grow=2", "near=here", "below=0", "hugepages=1",
        "stats=1", "verbose=0", "nonsense"}) {
    const std::string Name = Option;
    Outcome InEnvironment =
        runProgram({"env", "JITSLAB_OPTIONS=" + Name, runner(), host("hello")});
    for (const char *Dashes : {"-", "--"}) {
      Outcome OnCommandLine =
          runProgram({runner(), Dashes + Name, host("hello")});
      INFO(Dashes << Name << ": " << OnCommandLine.Err);
      CHECK(OnCommandLine.Status == InEnvironment.Status);
      CHECK(withoutProcess(OnCommandLine.Err) ==
            withoutProcess(InEnvironment.Err));
    }
  }
  // A value may be an argument of its own.
  CHECK(runProgram({runner(), "--grow", "0", host("hello")}).Status == 7);
  CHECK(occurrences(runProgram({runner(), "--grow"}).Err,
                    "--grow needs a value") == 1);
}

TEST_CASE("jitslab-run's help has all options") {
  std::string Help = runProgram({runner(), "--help"}).Out;
  CHECK(occurrences(Help, "--layout=" + layoutNames("|") + " ") == 1);
  for (const char *Option :
       {"--window=SIZE ", "--grow=0|1 ", "--near=host ", "--below=ADDRESS ",
        "--hugepages ", "--frames=0|1 ", "--stats ", "--verbose ", "--help\n",
        "--version\n", "JITSLAB_OPTIONS"})
    CHECK(occurrences(Help, Option) == 1);
}

TEST_CASE("jitslab-run's manual has all options") {
  std::string Page = contentsOf(JITSLAB_TEST_RUN_MANUAL);
  SmallVector<StringRef, 0> Lines;
  std::string Help = runProgram({runner(), "--help"}).Out;
  StringRef(Help).split(Lines, '\n');
  int Options = 0;
  for (StringRef Line : Lines) {
    if (!(Line = Line.trim()).consume_front("--"))
      continue;
    ++Options;
    std::string Name = Line.take_while([](char C) { return C >= 'a'; }).str();
    INFO(Name);
    CHECK(occurrences(Page, "Fl -" + Name) == 1);
  }
  CHECK(Options >= 10);
}

TEST_CASE("jitslab-run takes no further option in a value") {
  for (const char *Option : {"--window=8M,grow=0", "--grow=0,verbose",
                             "--layout=dense,", "--near=host,stats"}) {
    Outcome E = runProgram({runner(), Option, host("hello")});
    INFO(Option << ": " << E.Err);
    CHECK(E.Status == 125);
    CHECK(E.Out.empty());
    CHECK(occurrences(E.Err, Option + std::string(": a value has no comma")) ==
          1);
  }
}

TEST_CASE("jitslab-run has a shell run scripts that name no interpreter") {
  TemporaryFile Script("echo \"$0: $# arguments: $1, $2\"; exit 9\n");
  makeExecutable(Script.path());
  Outcome E = runProgram({runner(), Script.path(), "a b", "c"});
  INFO(E.Err);
  CHECK(E.Status == 9);
  CHECK(E.Out == Script.path() + ": 2 arguments: a b, c\n");
  CHECK(E.Err.empty());
  // As env does.
  CHECK(runProgram({"env", Script.path(), "a b", "c"}).Out == E.Out);
}

TEST_CASE("jitslab-run says that an object file is no program") {
  for (bool Executable : {false, true}) {
    TemporaryFile Object(contentsOf(JITSLAB_TEST_TRIPLE));
    if (Executable)
      makeExecutable(Object.path());
    // LLVM takes a status of 126 for its own.
    Outcome E = runProgram(
        {"sh", "-c", "\"$@\"; echo $?", "sh", runner(), Object.path()});
    INFO(E.Err);
    CHECK(E.Out == "126\n");
    CHECK(E.Err == "jitslab-run: error: " + Object.path() +
                       ": an object file, not a program\n");
  }
}

TEST_CASE("Statistics of a program that has called no LLVM say so") {
  std::string Said = runProgram({runner(), "--stats", host("hello")}).Err;
  CHECK(occurrences(Said, ": nothing was served: no function of a supported "
                          "LLVM was called that makes an engine\n") == 1);
  CHECK(occurrences(Said, "\n") == 1);
  // Its children are not what was asked about.
  CHECK(
      runProgram({"env", "LD_PRELOAD=" JITSLAB_TEST_PRELOAD,
                  "JITSLAB_OPTIONS=stats", "JITSLAB_STARTED=1", host("hello")})
          .Err.empty());
}

TEST_CASE("jitslab-run reports as its own what it cannot print") {
  for (const char *Option : {"--help", "--version"}) {
    Outcome E = runProgram(
        {"sh", "-c",
         "'" + std::string(runner()) + "' " + Option + " > /dev/full"});
    INFO(E.Err);
    CHECK(E.Status == 125);
    CHECK(occurrences(E.Err, "jitslab-run: error: ") == 1);
    CHECK(occurrences(E.Err, "No space left on device") == 1);
  }
}

TEST_CASE("jitslab-run says when there is no backend at all") {
  SmallString<128> Folder;
  REQUIRE_FALSE(sys::fs::createUniqueDirectory("jitslab-run", Folder));
  std::string Root = Folder.str().str();
  for (const char *Name : {"/bin", "/lib"})
    REQUIRE_FALSE(sys::fs::create_directory(Root + Name));
  std::string Program = Root + "/bin/jitslab-run";
  REQUIRE_FALSE(sys::fs::copy_file(runner(), Program));
  makeExecutable(Program);
  REQUIRE_FALSE(sys::fs::copy_file(JITSLAB_TEST_PRELOAD,
                                   Root + "/lib/libjitslab-preload.so"));
  Outcome Without = runProgram({Program, "--stats", host("hello")});
  INFO(Without.Err);
  CHECK(Without.Status == 7);
  CHECK(Without.Out == "hello\n");
  CHECK(occurrences(Without.Err, "\n") == 2);
  CHECK(occurrences(Without.Err, "jitslab-run: no LLVM is served: ") == 1);
  // The control: with a backend there is nothing to say.
  std::string Backend = JITSLAB_TEST_BACKEND;
  REQUIRE_FALSE(sys::fs::copy_file(
      Backend, Root + "/lib/" + sys::path::filename(Backend).str()));
  CHECK(occurrences(runProgram({Program, "--stats", host("hello")}).Err,
                    "jitslab-run: ") == 0);
  (void)sys::fs::remove_directories(Root);
}
