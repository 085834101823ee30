//===- VerifyTest.cpp - jitslab-rtdyld as llvm-rtdyld ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Verify/*.s are objects of all targets that RuntimeDyld knows, named for
/// their triples, with checks as in LLVM's own tests. What jitslab-rtdyld makes
/// of them is compared with what the llvm-rtdyld of the same LLVM does.
///
//===----------------------------------------------------------------------===//

#include "RunLoader.h"
#include "Support/Catch.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <algorithm>

using namespace jitslab;
using namespace llvm;

static const std::string Sources = JITSLAB_TEST_VERIFY_SOURCES "/";
static const std::string Objects = JITSLAB_TEST_VERIFY_OBJECTS "/";

// The triples of the objects that this LLVM can assemble.
static std::vector<std::string> targets() {
  std::vector<std::string> Result;
  std::error_code EC;
  for (sys::fs::directory_iterator I(JITSLAB_TEST_VERIFY_OBJECTS, EC), End;
       !EC && I != End; I.increment(EC))
    if (sys::path::extension(I->path()) == ".o")
      Result.push_back(sys::path::stem(I->path()).str());
  REQUIRE_FALSE(EC);
  std::sort(Result.begin(), Result.end());
  return Result;
}

static std::vector<std::string> verifyOptions(const std::string &Target,
                                              const std::string &Check) {
  return {"-triple=" + Target,    "-verify",
          "-check=" + Check,      "-dummy-extern",
          "external=0x10000000",  "-dummy-extern",
          "_external=0x10000000", "-print-alloc-requests",
          Objects + Target + ".o"};
}

// Links with every relocation: whatever becomes of this list, the tests below
// still have to say something.
static const char *const AlwaysSupported[] = {
    "aarch64-linux-gnu",     "aarch64-windows-msvc",  "arm64-apple-ios7.0.0",
    "armv7-linux-gnueabi",   "i386-apple-macosx10.9", "i386-linux-gnu",
    "i386-windows-msvc",     "mips-linux-gnu",        "powerpc64-linux-gnu",
    "powerpc64le-linux-gnu", "s390x-linux-gnu",       "thumbv7-apple-ios",
    "thumbv7-windows-msvc",  "x86_64-linux-gnu",      "x86_64-apple-macosx10.9",
    "x86_64-windows-msvc"};

TEST_CASE("Checks of every target come out as with llvm-rtdyld") {
  std::vector<std::string> Targets = targets();
  for (const char *Name : AlwaysSupported) {
    INFO(Name);
    CHECK(is_contained(Targets, Name));
  }
  for (const std::string &Target : Targets) {
    auto Options = verifyOptions(Target, Sources + Target + ".s");
    Outcome Ours = runLoader(Options), LLVMs = runLLVMsLoader(Options);
    INFO(Target << "\n" << Ours.Err << LLVMs.Err);
    // Where LLVM's gives up or crashes, this says so.
    CHECK((Ours.Status == 0) == (LLVMs.Status == 0));
    if (Ours.Status == 0) {
      CHECK(Ours.Out == LLVMs.Out);
      CHECK(Ours.Err.empty());
    } else {
      CHECK(Ours.Status == 1);
      CHECK(StringRef(Ours.Err).find("jitslab-rtdyld: error: ") !=
            StringRef::npos);
      CHECK(StringRef(Ours.Err).find("Stack dump") == StringRef::npos);
    }
    if (is_contained(AlwaysSupported, Target))
      CHECK(Ours.Status == 0);
  }
}

TEST_CASE("Checks that do not hold fail as with llvm-rtdyld") {
  for (const std::string Target :
       {"x86_64-linux-gnu", "aarch64-linux-gnu", "x86_64-windows-msvc"}) {
    auto Options = verifyOptions(Target, Sources + "wrong.check");
    Outcome Ours = runLoader(Options), LLVMs = runLLVMsLoader(Options);
    INFO(Ours.Err);
    CHECK(Ours.Status == 1);
    CHECK(LLVMs.Status == 1);
    // "Expression ... is false", then "<program>: error: some checks ...".
    StringRef First = StringRef(Ours.Err).split('\n').first;
    CHECK(First == StringRef(LLVMs.Err).split('\n').first);
    CHECK(First.find("is false") != StringRef::npos);
    CHECK(StringRef(Ours.Err).find("some checks in '" + Sources +
                                   "wrong.check' failed") != StringRef::npos);
  }
}

TEST_CASE("Option mcpu chooses whose instructions checks may have") {
  // An instruction of ARMv8.1.
  TemporaryFile Check("# rtdyld-check: next_pc(atomic) = atomic + 4\n");
  auto Options = verifyOptions("aarch64-linux-gnu", Check.path());
  struct {
    std::vector<std::string> CPU;
    bool HasInstruction;
  } Cases[] = {
      {{}, false}, {{"-mcpu=cortex-a53"}, false}, {{"-mcpu=cortex-a76"}, true}};
  for (auto &C : Cases) {
    auto All = Options;
    All.insert(All.end(), C.CPU.begin(), C.CPU.end());
    Outcome Ours = runLoader(All), LLVMs = runLLVMsLoader(All);
    INFO(Ours.Err);
    CHECK(Ours.Status == !C.HasInstruction);
    CHECK(LLVMs.Status == !C.HasInstruction);
    StringRef First = StringRef(Ours.Err).split('\n').first;
    CHECK(First == StringRef(LLVMs.Err).split('\n').first);
    if (!C.HasInstruction)
      CHECK(contains(First, "Couldn't decode instruction at 'atomic'"));
  }
}

TEST_CASE("Every memory manager is good enough for -verify") {
  for (const std::string Target : {"x86_64-linux-gnu", "aarch64-linux-gnu"})
    for (const std::string &Manager : rtdyldManagers()) {
      auto Options = verifyOptions(Target, Sources + Target + ".s");
      Options.push_back("-memory-manager=" + Manager);
      Outcome O = runLoader(Options);
      INFO(Target << ", " << Manager << ": " << O.Err);
      CHECK(O.Status == 0);
    }
}

TEST_CASE("Sections lie where -verify is told to put them") {
  std::string Object = Objects + "x86_64-linux-gnu.o";
  TemporaryFile Check("# rtdyld-check: value = 0x70001000\n"
                      "# rtdyld-check: main = 0x70000000\n"
                      "# rtdyld-check: external = 0x12345\n");
  std::vector<std::string> Options = {"-triple=x86_64-linux-gnu",
                                      "-verify",
                                      "-check=" + Check.path(),
                                      "-dummy-extern",
                                      "external=0x12345",
                                      "-dummy-extern",
                                      "_external=0",
                                      "-map-section",
                                      "x86_64-linux-gnu.o,.text=0x70000000",
                                      "-map-section",
                                      "x86_64-linux-gnu.o,.data=0x70001000",
                                      Object};
  CHECK(runLLVMsLoader(Options).Status == 0);
  Outcome O = runLoader(Options);
  INFO(O.Err);
  CHECK(O.Status == 0);

  // The others: from the start on, and apart.
  TemporaryFile Made("# rtdyld-check: main = 0x200000\n"
                     "# rtdyld-check: value = 0x301000\n");
  Options = {"-triple=x86_64-linux-gnu",
             "-verify",
             "-check=" + Made.path(),
             "-dummy-extern=external=0x12345",
             "-target-addr-start=0x200000",
             "-target-section-sep=0x100000",
             Object};
  CHECK(runLLVMsLoader(Options).Status == 0);
  O = runLoader(Options);
  INFO(O.Err);
  CHECK(O.Status == 0);
}

TEST_CASE("Bad specifications for -verify are errors") {
  std::string Object = Objects + "x86_64-linux-gnu.o";
  struct {
    std::vector<std::string> Options;
    const char *Reason;
  } Cases[] = {
      {{"-triple=x86_64", "-map-section=nowhere"},
       "Invalid section specification 'nowhere'"},
      {{"-triple=x86_64", "-map-section=a.o,.text=1"}, "No file named a.o"},
      {{"-triple=x86_64", "-map-section=x86_64-linux-gnu.o,.txt=1"},
       "No section named \".txt\" in file x86_64-linux-gnu.o"},
      {{"-triple=x86_64", "-map-section=x86_64-linux-gnu.o,.text=x"},
       "Invalid section address in mapping"},
      {{"-triple=x86_64", "-dummy-extern=external"},
       "Invalid dummy symbol specification 'external'"},
      {{"-triple=x86_64", "-dummy-extern=external=z"},
       "Invalid symbol mapping 'external=z'"},
      {{"-triple=x86_64", "-target-addr-end=0x2000"},
       "does not fit below the end of the target's addresses, 0x2000"},
      {{"-triple=x86_64", "-check=/nonexistent/check"},
       "/nonexistent/check: unable to read input"},
      {{"-triple=x86_64"}, "undefined symbol 'external'"},
      {{"-triple=pdp11"}, "target 'pdp11"},
      {{}, "-triple required when running in -verify mode."},
      {{"-triple=x86_64", "-scatter"}, "-target-section-sep"},
  };
  for (auto &C : Cases) {
    std::vector<std::string> Options = C.Options;
    bool NeedsSymbol = StringRef(C.Reason).find("external'") == StringRef::npos;
    if (NeedsSymbol)
      Options.push_back("-dummy-extern=external=0x12345");
    Options.insert(Options.end(), {"-verify", Object});
    Outcome O = runLoader(Options);
    INFO(C.Reason << "\n" << O.Err);
    CHECK(O.Status == 1);
    CHECK(StringRef(O.Err).find("jitslab-rtdyld: error: ") == 0);
    CHECK(StringRef(O.Err).count('\n') == 1);
    CHECK(StringRef(O.Err).find(C.Reason) != StringRef::npos);
  }
}

// An audit of made-up addresses: what any machine can check of any layout.
TEST_CASE("Option verify and -audit find what a layout breaks") {
  std::string Object = Objects + "aarch64-linux-gnu.o";
  std::vector<std::string> Options = {"-triple=aarch64-linux-gnu", "-verify",
                                      "-audit", "-dummy-extern=external=0x1000",
                                      Object};
  Outcome Near = runLoader(Options);
  INFO(Near.Err);
  CHECK(Near.Status == 0);
  CHECK(StringRef(Near.Err).find("relocations of 1 objects are in range") !=
        StringRef::npos);

  Options.push_back("-map-section=aarch64-linux-gnu.o,.data=0x7000000000");
  Outcome Far = runLoader(Options);
  INFO(Far.Err);
  CHECK(Far.Status == 1);
  CHECK(StringRef(Far.Err).find(
            Object + ": section .text, offset 0x0: R_AARCH64_ADR_PREL_PG_HI21 "
                     "to 'value' is out of range: distance 0x6ffffff000, limit "
                     "0xffffffff") != StringRef::npos);
}

#if !JITSLAB_TEST_EMULATED
TEST_CASE("Called llvm-rtdyld, it is llvm-rtdyld") {
  SmallString<128> Folder;
  REQUIRE_FALSE(sys::fs::createUniqueDirectory("jitslab-test", Folder));
  std::string Link = (Folder + "/llvm-rtdyld").str();
  REQUIRE_FALSE(sys::fs::create_link(JITSLAB_TEST_LOADER, Link));

  // _main is its entry, even if there is a main.
  Outcome Ours = runProgram({Link, input("entries")});
  Outcome LLVMs = runLLVMsLoader({input("entries")});
  INFO(Ours.Err << LLVMs.Err);
  CHECK(Ours.Status == 9);
  CHECK(LLVMs.Status == 9);
  CHECK(StringRef(Ours.Err).find("loaded '_main' at: 0x") == 0);
  CHECK(StringRef(LLVMs.Err).find("loaded '_main' at: 0x") == 0);
  Ours = runProgram({Link, input("arguments")});
  CHECK(Ours.Status == 1);
  CHECK(StringRef(Ours.Err).find("llvm-rtdyld: error: ") == 0);
  CHECK(runLLVMsLoader({input("arguments")}).Status == 1);

  (void)sys::fs::remove(Link);
  (void)sys::fs::remove(Folder);
}

TEST_CASE("Option preallocate takes everything from one block") {
  // llvm-rtdyld 14 to 22: "Unable to allocate section memory!"
  Outcome O = runLoader({"-preallocate=1048576", "-map", input("arguments")});
  INFO(O.Err);
  CHECK(O.Status == 41);
  CHECK(StringRef(O.Out).find("memory manager trivial") != StringRef::npos);
  CHECK(StringRef(O.Out).find("in 1 cluster") != StringRef::npos);

  O = runLoader({"-preallocate=64", input("arguments")});
  CHECK(O.Status == 1);
  CHECK(StringRef(O.Err).find("Tune --preallocate") != StringRef::npos);
  O = runLoader(
      {"-preallocate=64", "-memory-manager=per-object", input("arguments")});
  CHECK(O.Status == 1);
  CHECK(StringRef(O.Err).find("-preallocate is for the memory manager "
                              "'trivial'") != StringRef::npos);
}

TEST_CASE("Option show-times has a line for each phase") {
  Outcome O = runLoader({"-show-times", input("entries")});
  CHECK(O.Status == 9);
  for (const char *Phase :
       {"time to load/add object files", "time to link object files",
        "time to execute jitlink'd code"})
    CHECK(StringRef(O.Err).find(Phase) != StringRef::npos);
}

TEST_CASE("Line information is what llvm-rtdyld prints") {
  std::string File = input("lines");
  for (const char *Action :
       {"-printobjline", "-printline", "-printdebugline"}) {
    Outcome Ours = runLoader({Action, File}),
            LLVMs = runLLVMsLoader({Action, File});
    INFO(Action << "\n" << Ours.Err << LLVMs.Err);
    CHECK(Ours.Status == 0);
    CHECK(LLVMs.Status == 0);
    // Where the functions lie differs.
    auto WithoutAddresses = [](StringRef Text) {
      std::string Result;
      while (!Text.empty()) {
        auto [Line, Rest] = Text.split('\n');
        Result += (Line.split(", Addr = ").first + "\n").str();
        Text = Rest;
      }
      return Result;
    };
    CHECK(WithoutAddresses(Ours.Out) == WithoutAddresses(LLVMs.Out));
    CHECK(StringRef(Ours.Out).count("Function: ") == 2);
    // Of loaded objects, neither finds the lines.
    if (StringRef(Action) == "-printobjline") {
      CHECK(StringRef(Ours.Out).find("lines.c, line:") != StringRef::npos);
      CHECK(Ours.Out == LLVMs.Out);
    }
  }
}
#endif

#if JITSLAB_TEST_HAS_TLS
TEST_CASE("The trivial manager has room for a thread-local variable") {
  // Its code is not what the object file has: the audit knows.
  for (const char *Audit : {"-audit=false", "-audit"}) {
    Outcome O =
        runLoader({"-memory-manager=trivial", Audit, input("thread-local")});
    INFO(O.Err);
    CHECK(O.Status == 5);
  }
}
#endif
