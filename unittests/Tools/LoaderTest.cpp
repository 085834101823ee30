//===- LoaderTest.cpp - What jitslab-rtdyld does --------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunLoader.h"
#include "Support/Catch.h"
#include "jitslab/Config.h"
#include <chrono>

using namespace jitslab;
using llvm::StringRef;

TEST_CASE("TheEntrysStatusIsTheProgramsStatus") {
  Outcome O = runLoader({input("arguments")});
  INFO(O.Err);
  CHECK(O.Status == 41);
  // As llvm-rtdyld says it.
  CHECK(StringRef(O.Err).find("loaded 'main' at: 0x") == 0);
  CHECK(StringRef(O.Err).count('\n') == 1);
}

// Stock managers need not get anything right that has relocations, so the
// tests of them use a function that has none.
TEST_CASE("EveryMemoryManagerRunsAnObject") {
  for (const std::string &Manager : rtdyldManagers()) {
    Outcome O = runLoader({"-execute", "-memory-manager", Manager,
                           input("entries"), "-entry=seven"});
    INFO(Manager << ": " << O.Err);
    CHECK(O.Status == 7);
  }
}

TEST_CASE("ACrashOfTheLoadedCodeIsLocated") {
#if JITSLAB_TEST_SANITIZED
  WARN("NOT RUN: sanitizers have reports of their own");
#else
  for (const std::string &Manager : rtdyldManagers()) {
    // Memory of LLVM's reference manager stays writable.
    if (Manager == "trivial")
      continue;
    std::vector<std::string> Arguments = {"-memory-manager", Manager,
                                          input("crashing")};
    Outcome O = runLoader(Arguments);
    INFO(Manager << ": " << O.Err);
    CHECK(O.Status < 0);
    CHECK(contains(O.Err, "jitslab-rtdyld: error: crash (SIGSEGV) at 0x"));
    CHECK(contains(O.Err, ", " + input("crashing") + ": .text"));
    CHECK(contains(O.Err, "it accessed 0x8, which is nothing of the loaded"));
    Arguments.insert(Arguments.end(), {"-args", "one"});
    O = runLoader(Arguments);
    INFO(O.Err);
    CHECK(contains(O.Err, "it accessed 0x"));
    CHECK(contains(O.Err, input("crashing") + ": .rodata"));
#if defined(__x86_64__)
    // The processor goes on behind a trap.
    Arguments.push_back("two");
    O = runLoader(Arguments);
    INFO(O.Err);
    CHECK(O.Status < 0);
    CHECK(contains(O.Err, "crash (SIGTRAP) at 0x"));
    CHECK(contains(O.Err, ", " + input("crashing") + ": .text"));
#endif
  }
#endif
}

TEST_CASE("MainGetsTheFirstFileAndAllArguments") {
  std::string File = input("arguments");
  Outcome O = runLoader({File, "-args", "one", "-stats", "", "--entry=x"});
  CHECK(O.Status == 45);
  CHECK(O.Out == "argv[0]=" + File +
                     "\nargv[1]=one\nargv[2]=-stats\nargv[3]=\n"
                     "argv[4]=--entry=x\nargv[argc] is null\n");
}

TEST_CASE("EntryChoosesTheFunction") {
  CHECK(runLoader({"-entry=seven", input("entries")}).Status == 7);
  CHECK(runLoader({"-entry", "seven", input("arguments"), input("entries")})
            .Status == 7);
}

TEST_CASE("WithoutMainTheEntryIsUnderscoreMain") {
  CHECK(runLoader({input("entries")}).Status == 9);
  // ... and only without.
  CHECK(runLoader({input("entries"), input("arguments")}).Status == 41);
}

TEST_CASE("ArchivesAreTakenAsTheyAre") {
  TemporaryFile Archive("!<arch>\n");
  REQUIRE(
      runProgram({"ar", "q", Archive.path(), input("caller"), input("answer")})
          .Status == 0);
  for (const char *Linker : {"-linker=rtdyld", "-linker=jitlink"}) {
    if (!JITSLAB_HAS_JITLINK && Linker == StringRef("-linker=jitlink"))
      continue;
    Outcome O = runLoader({Linker, Archive.path()});
    INFO(O.Err);
    CHECK(O.Status == 22);
  }
  // Messages name archive and member.
  REQUIRE(runProgram({"ar", "q", Archive.path(), input("caller")}).Status == 0);
  Outcome O = runLoader({"-noexec", Archive.path()});
  const std::string Member =
      StringRef(input("caller")).rsplit('/').second.str();
  CHECK(contains(O.Err, Archive.path() + "(" + Member +
                            "): 'main' is defined in " + Archive.path() + "(" +
                            Member + ") too"));
}

TEST_CASE("ASecondDefinitionIsSaid") {
  Outcome O = runLoader({input("caller"), input("answer")});
  CHECK_FALSE(contains(O.Err, "warning"));
  O = runLoader({input("caller"), input("answer"), input("answer")});
  INFO(O.Err);
  CHECK(O.Status == 22);
  CHECK(contains(O.Err, "jitslab-rtdyld: warning: " + input("answer") +
                            ": 'answer' is defined in " + input("answer") +
                            " too\n"));
  CHECK(contains(O.Err, "'AnswerOffset' is defined in "));
}

TEST_CASE("ObjectsUseEachOthersSymbolsInAnyOrder") {
  CHECK(runLoader({input("caller"), input("answer")}).Status == 22);
  CHECK(runLoader({input("answer"), input("caller")}).Status == 22);
}

TEST_CASE("DylibGivesWhatNoObjectDefines") {
  std::string Library = JITSLAB_TEST_LIBRARY;
  CHECK(runLoader({"-dylib", Library, input("caller")}).Status == 33);
  CHECK(runLoader({"-dylib=" + Library, input("caller"), input("answer")})
            .Status == 22);
}

TEST_CASE("AWeakReferenceMayStayUndefined") {
  CHECK(runLoader({input("weak")}).Status == 5);
}

TEST_CASE("FunctionsRegisteredWithAtexitRun") {
  Outcome O = runLoader({input("at-exit")});
  CHECK(O.Status == 3);
  CHECK(O.Out == "left\n");
}

TEST_CASE("TheHostsTripleIsAccepted") {
  CHECK(runLoader({"-triple=" JITSLAB_TEST_ARCH "-linux-gnu", input("weak")})
            .Status == 5);
}

TEST_CASE("StatsShowTheArena") {
  Outcome O = runLoader({"-stats", input("caller"), input("answer")});
  INFO(O.Err);
  CHECK(O.Status == 22);
  CHECK(O.Out.empty());
  for (const char *Label :
       {"memory manager              per-object", "\n  objects ",
        "\n  sections ", "code to data, same object", "VMAs of the process",
        "\n  resident ", "arena: windows", "arena: live objects"})
    CHECK(contains(O.Err, Label));
  CHECK_FALSE(contains(O.Err, "OUT OF REACH"));
}

TEST_CASE("StatsOfStockManagersLeaveTheArenaOut") {
  Outcome O = runLoader(
      {"-stats", "-memory-manager=section", "-entry=seven", input("entries")});
  CHECK(O.Status == 7);
  CHECK(contains(O.Err, "memory manager              section"));
  CHECK_FALSE(contains(O.Err, "arena"));
}

// Whatever the machine's speed: the work is doubled until it is long.
TEST_CASE("LongWorkSaysOnStderrThatItGoesOnAndQuickWorkDoesNot") {
  using Clock = std::chrono::steady_clock;
  constexpr StringRef Line = "jitslab-rtdyld: loading: ";
  double FewestSeconds = 0;
  for (size_t Copies = 2;; Copies *= 2) {
    Clock::time_point Start = Clock::now();
    Outcome O = runLoader({"-noexec", "-memory-manager=dense",
                           "-repeat=" + std::to_string(Copies), input("one")});
    std::chrono::duration<double> Seconds = Clock::now() - Start;
    INFO(Copies << " copies, " << Seconds.count() << " s: " << O.Err);
    REQUIRE(O.Status == 0);
    CHECK(O.Out.empty());
    // Less than the interval, whatever part of it was loading.
    if (Seconds.count() < 1)
      CHECK(O.Err.empty());
    if (Copies == 2)
      FewestSeconds = Seconds.count();
    if (Seconds.count() < FewestSeconds + 2)
      continue;
    CHECK(StringRef(O.Err).find(Line) == 0);
    CHECK(contains(O.Err, " of " + std::to_string(Copies) + " copies\n"));
    // Once a second, each in a line of its own.
    size_t Lines = StringRef(O.Err).count('\n');
    CHECK(StringRef(O.Err).count(Line) == Lines);
    CHECK(double(Lines) <= Seconds.count());
    return;
  }
}

TEST_CASE("HelpShowsOwnOptionsOnly") {
  Outcome O = runLoader({"-help"});
  CHECK(O.Status == 0);
  for (const char *Option : {"--memory-manager", "--entry", "--dylib",
                             "--triple", "--scatter", "--stats", "--execute"}) {
    INFO(Option);
    CHECK(contains(O.Out, Option));
  }
  CHECK_FALSE(contains(O.Out, "--debug-counter"));
  CHECK_FALSE(contains(O.Out, "llvm-stats"));
}
