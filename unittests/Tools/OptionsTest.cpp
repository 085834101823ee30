//===- OptionsTest.cpp - What jitslab-rtdyld's options refer to -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunLoader.h"
#include "Support/Catch.h"
#include "jitslab/Config.h"
#include <algorithm>

using namespace jitslab;
using namespace llvm;

static void checkRefused(const Outcome &O, StringRef Reason) {
  INFO(O.Err << "expected: " << Reason.str());
  CHECK(O.Status == 1);
  CHECK(O.Out.empty());
  CHECK(StringRef(O.Err).count('\n') == 1);
  CHECK(StringRef(O.Err).find("jitslab-rtdyld: error: ") == 0);
  CHECK(contains(O.Err, Reason));
}

// What the shell does with the loader's command line in it.
static Outcome runInShell(const std::string &Before,
                          const std::vector<std::string> &Arguments,
                          const std::string &After = "") {
  return runProgram(
      {"sh", "-c", Before + loaderCommandLine(Arguments) + After});
}

TEST_CASE("Options of -verify are not ignored without it") {
  for (const char *Option :
       {"-check=/nonexistent", "-target-addr-start=4096",
        "-target-addr-end=8192", "-target-section-sep=4096",
        "-map-section=a.o,.text=0x1000", "-dummy-extern=x=1"}) {
    StringRef Name = StringRef(Option).split('=').first;
    for (const char *Action : {"-execute", "-noexec", "-printline"}) {
      INFO(Option << " with " << Action);
      checkRefused(runLoader({Action, Option, input("weak")}),
                   (Name + " is for -verify").str());
    }
  }
}

TEST_CASE("Files without an end are not read to their end") {
#if !JITSLAB_TEST_SANITIZED && !JITSLAB_TEST_EMULATED
  // Which these need more of.
  constexpr size_t LimitMiB = 2048;
  checkRefused(
      runLoaderLimited(LimitMiB, {"-memory-manager=section", "/dev/zero"}),
      "/dev/zero: more than 256 MiB, and not a regular file");
  checkRefused(runInShell("ulimit -v 2097152; ",
                          {"-memory-manager=section", "-"}, " < /dev/zero"),
               "-: more than 256 MiB, and not a regular file");
#endif
  // The first bytes tell enough.
  checkRefused(runInShell("yes | ", {"-"}),
               "-: not an ELF, Mach-O or COFF object file");
#if JITSLAB_HAS_JITLINK
  checkRefused(
      runLoader({"-linker=jitlink", "-orc-runtime=/dev/zero", input("weak")}),
      "/dev/zero: not a regular file");
#endif
}

TEST_CASE("Objects come through pipes, in pieces of any size") {
  std::string File = input("weak");
  for (const char *BlockSize : {"1", "7", "100000"}) {
    INFO(BlockSize);
    Outcome O = runInShell("dd bs=" + std::string(BlockSize) + " if='" + File +
                               "' 2>/dev/null | ",
                           {"-"});
    INFO(O.Err);
    CHECK(O.Status == 5);
    O = runInShell("dd bs=" + std::string(BlockSize) + " if='" + File +
                       "' 2>/dev/null | ",
                   {"/dev/stdin"});
    CHECK(O.Status == 5);
  }
}

TEST_CASE("Windows are as small, as many and as near as is asked for") {
  std::vector<std::string> Linkers = {"rtdyld"};
  if (JITSLAB_HAS_JITLINK)
    Linkers.push_back("jitlink");
  for (const std::string &Linker : Linkers) {
    INFO(Linker);
    std::vector<std::string> Options = {"-linker=" + Linker,
                                        "-memory-manager=per-object",
                                        "-window=8M",
                                        "-noexec",
                                        "-stats",
                                        "-repeat=1500",
                                        input("one")};
    // A page for code and one for data at least: more than 8 MiB.
    Outcome O = runLoader(Options);
    INFO(O.Err);
    CHECK(O.Status == 0);
    CHECK_FALSE(contains(O.Err, "windows                         1\n"));
    Options.push_back("-grow=0");
    O = runLoader(Options);
    INFO(O.Err);
    CHECK(O.Status == 1);
    CHECK(contains(O.Err, "no room for an object"));
    // The control: a larger window has room for all.
    Options[2] = "-window=64M";
    O = runLoader(Options);
    INFO(O.Err);
    CHECK(O.Status == 0);
    CHECK(contains(O.Err, "windows                         1\n"));
  }
}

#if !JITSLAB_TEST_EMULATED && !JITSLAB_TEST_SANITIZED
/// Where the window of 64 MiB lies that a loader with \p Option has.
static uint64_t windowWith(const std::string &Option) {
  Outcome O =
      runLoader({"-noexec", "-map", "-window=64M", Option, input("one")});
  INFO(O.Err);
  REQUIRE(O.Status == 0);
  StringRef Text = StringRef(O.Out).split("\nwindow ").second;
  uint64_t Address = 0;
  REQUIRE_FALSE(Text.split(' ').first.getAsInteger(0, Address));
  return Address;
}

// Sanitizers have their own use for addresses like this one.
TEST_CASE("Option near puts windows within 2 GiB of an address") {
  constexpr uint64_t Near = uint64_t(1) << 44;
  uint64_t At = windowWith("-near=0x100000000000");
  CHECK(std::max(At, Near) - std::min(At, Near) < (uint64_t(1) << 31));
  CHECK(windowWith("-near=host") != 0);
}

TEST_CASE("Option below puts windows below an address") {
  constexpr uint64_t Bound = uint64_t(1) << 31;
  for (const char *Option : {"-below=2G", "-below=0x80000000"})
    CHECK(windowWith(Option) < Bound - (uint64_t(64) << 20));
}
#endif

TEST_CASE("Options of windows are checked, and are for jitslab's managers") {
  checkRefused(runLoader({"-window=8X", input("one")}), "-window=8X: a size");
  checkRefused(runLoader({"-window=1M", input("one")}),
               "WindowSize is 1048576");
  checkRefused(runLoader({"-near=0", input("one")}), "-near=0: an address");
  checkRefused(runLoader({"-near=there", input("one")}),
               "-near=there: an addr");
  checkRefused(runLoader({"-below=0", input("one")}), "-below=0: an address");
  checkRefused(runLoader({"-below=low", input("one")}), "-below=low: an addr");
  checkRefused(runLoader({"-below=1M", input("one")}), "Below is 0x100000, ");
  for (const char *Option :
       {"-window=8M", "-grow=0", "-near=host", "-below=2G", "-frames=0"})
    checkRefused(runLoader({Option, "-memory-manager=section", input("one")}),
                 "'section' decides by itself");
}

#if !JITSLAB_TEST_SANITIZED
// A sanitizer opens libraries for LLVM, and with it the search path is that of
// the program in its build folder, which has the current folder in it.
TEST_CASE("A library that lies in the folder is told how to be named") {
  std::string Folder = StringRef(JITSLAB_TEST_LIBRARY).rsplit('/').first.str();
  std::string Name = StringRef(JITSLAB_TEST_LIBRARY).rsplit('/').second.str();
  for (const char *Linker : {"rtdyld", "jitlink"}) {
    if (!JITSLAB_HAS_JITLINK && StringRef(Linker) == "jitlink")
      continue;
    INFO(Linker);
    std::string Choice = "-linker=" + std::string(Linker);
    std::string There = "cd '" + Folder + "' && ";
    checkRefused(runInShell(There, {Choice, "-dylib=" + Name, input("caller")}),
                 "-dylib=./" + Name + " is the file in this folder");
    CHECK(runInShell(There, {Choice, "-dylib=./" + Name, input("caller")})
              .Status == 33);
    // The control: where there is no such file.
    Outcome O =
        runInShell("cd / && ", {Choice, "-dylib=" + Name, input("caller")});
    CHECK(O.Status == 1);
    CHECK_FALSE(contains(O.Err, "is the file in this folder"));
  }
}
#endif
