//===- ShowTest.cpp - What jitslab-rtdyld shows of a layout ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunLoader.h"
#include "Support/Catch.h"
#include "Support/Process.h"
#include "jitslab/Config.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"

using namespace jitslab;
using namespace llvm;

// A file of this ending that does not exist yet.
namespace {
struct OutputFile {
  explicit OutputFile(const char *Ending) {
    SmallString<128> Name;
    REQUIRE_FALSE(sys::fs::createTemporaryFile("jitslab-test", Ending, Name));
    Path = Name.str().str();
  }
  ~OutputFile() { (void)sys::fs::remove(Path); }
  std::string Path;
};
} // namespace

/// On a slow machine lines about what takes long come first.
static json::Object parse(StringRef Text) {
  auto Value = valueOf(json::parse(Text.substr(Text.find('{'))));
  REQUIRE(Value.getAsObject());
  return *Value.getAsObject();
}

static json::Object mapOf(std::vector<std::string> Options) {
  OutputFile File("json");
  Options.insert(Options.begin(), {"-noexec", "-map=" + File.Path});
  Outcome O = runLoader(std::move(Options));
  INFO(O.Err);
  REQUIRE(O.Status == 0);
  return parse(contentsOf(File.Path));
}

TEST_CASE("The map has every object with its sections, rights and distances") {
  Outcome O = runLoader({"-map", input("caller"), input("answer")});
  INFO(O.Out << O.Err);
  CHECK(O.Status == 22);
  for (const char *Part :
       {"memory manager per-object", "objects       2,", "in 1 cluster",
        "references    all are in range", "\nwindow 0x", "% live",
        "where it lies", ".text", " r-x code", "furthest: "})
    CHECK(contains(O.Out, Part));
  CHECK(contains(O.Out, "\n" + input("caller") + "\n"));
}

TEST_CASE("No line of the map is wider than the terminal") {
  for (const char *Width : {"60", "80", "132"}) {
    OutputFile File("txt");
    Outcome O =
        runProgram({"env", std::string("COLUMNS=") + Width, "sh", "-c",
                    loaderCommandLine({"-noexec", "-map=" + File.Path,
                                       input("caller"), input("answer")})});
    INFO(O.Err);
    REQUIRE(O.Status == 0);
    SmallVector<StringRef, 0> Lines;
    std::string Text = contentsOf(File.Path);
    StringRef(Text).split(Lines, '\n');
    size_t Longest = 0;
    for (StringRef Line : Lines)
      Longest = std::max(Longest, Line.size());
    CHECK(Longest <= size_t(std::stoi(Width)));
    CHECK(Longest >= size_t(std::stoi(Width)) - 10);
  }
}

TEST_CASE("The map as JSON agrees with itself") {
  json::Object Map = mapOf({input("caller"), input("answer")});
  CHECK(Map.getString("memoryManager")->str() == "per-object");
  REQUIRE(Map.getArray("objects"));
  CHECK(Map.getArray("objects")->size() == 2);
  int64_t Bytes = 0;
  for (const json::Value &Object : *Map.getArray("objects")) {
    const json::Object &O = *Object.getAsObject();
    CHECK(O.getArray("problems")->empty());
    CHECK(*O.getInteger("relocationsChecked") > 0);
    for (const json::Value &Section : *O.getArray("sections")) {
      Bytes += *Section.getAsObject()->getInteger("size");
      StringRef Kind = *Section.getAsObject()->getString("kind");
      StringRef Rights = *Section.getAsObject()->getString("rights");
#if !JITSLAB_TEST_EMULATED
      CHECK(Rights == (Kind == "code"     ? "r-x"
                       : Kind == "rodata" ? "r--"
                                          : "rw-"));
#else
      (void)Rights;
      (void)Kind;
#endif
    }
  }
  CHECK(Bytes == *Map.getInteger("sectionBytes"));
  REQUIRE(Map.getArray("windows")->size() == 1);
  const json::Object &Window = *(*Map.getArray("windows"))[0].getAsObject();
  CHECK(Window.getArray("slabs")->size() == 1);
  CHECK(Map.getArray("clusters")->size() == 1);
}

TEST_CASE("The drawing shows what lies together and what does not") {
  auto Draw = [](std::vector<std::string> Options) {
    OutputFile File("svg");
    // The second copy is loaded when the first one is sealed.
    Options.insert(Options.begin(),
                   {"-noexec", "-repeat=2", "-map=" + File.Path});
    Options.insert(Options.end(), {input("caller"), input("answer")});
    Outcome O = runLoader(std::move(Options));
    INFO(O.Err);
    REQUIRE(O.Status == 0);
    return contentsOf(File.Path);
  };
  std::string Together = Draw({"-scatter"});
  CHECK(StringRef(Together).find("<svg ") == 0);
  CHECK(contains(Together, "</svg>\n"));
  CHECK(contains(Together, "in 1 place"));
  CHECK(contains(Together, "all references are in range"));
  CHECK_FALSE(contains(Together, "#c62828"));

  std::string Apart = Draw({"-scatter", "-memory-manager=section"});
  CHECK(contains(Apart, "places"));
  CHECK(contains(Apart, "after a gap of"));
  // Red: out of reach.
  CHECK(contains(Apart, "#c62828"));
}

TEST_CASE("Maps that cannot be written are errors") {
  Outcome O = runLoader({"-noexec", "-map=/nonexistent/a.svg", input("weak")});
  CHECK(O.Status == 1);
  CHECK(O.Err == "jitslab-rtdyld: error: /nonexistent/a.svg: No such file or "
                 "directory\n");
  O = runLoader({"-noexec", "-map=/dev/full", input("weak")});
  CHECK(O.Status == 1);
  CHECK(contains(O.Err, "/dev/full: No space left on device"));
}

TEST_CASE("The manual page has every option") {
  std::string Page = contentsOf(JITSLAB_TEST_MANUAL);
  Outcome O = runLoader({"-help"});
  REQUIRE(O.Status == 0);
  SmallVector<StringRef, 0> Lines;
  StringRef(O.Out).split(Lines, '\n');
  size_t Options = 0;
  for (StringRef Line : Lines) {
    Line = Line.trim();
    if (Line.find("Generic Options") == 0)
      break;
    if (!Line.consume_front("--"))
      continue;
    ++Options;
    std::string Name = Line.take_front(Line.find_first_of(" =[")).str();
    INFO(Name);
    CHECK((contains(Page, "Fl " + Name + " ") ||
           contains(Page, "Fl " + Name + "\n")));
  }
  CHECK(Options >= 29);
}

TEST_CASE("Statistics as JSON") {
  Outcome O = runLoader({"-stats=json", "-noexec", input("weak")});
  INFO(O.Err);
  CHECK(O.Status == 0);
  json::Object S = parse(O.Err);
  CHECK(*S.getInteger("version") == 1);
  CHECK(S.getString("memoryManager")->str() == "per-object");
  CHECK(*S.getInteger("objects") == 1);
  CHECK(*S.getInteger("sectionBytes") > 0);
  REQUIRE(S.getObject("arena"));
  const json::Object &Arena = *S.getObject("arena");
  CHECK(*Arena.getInteger("liveObjects") == 1);
  CHECK(*Arena.getInteger("windows") == 1);
  CHECK(*Arena.getInteger("windowsNear") == 0);
  CHECK(*Arena.getInteger("frozenBytes") == 0);
  CHECK(*Arena.getInteger("liveBytes") + *Arena.getInteger("freeBytes") ==
        *Arena.getInteger("committedBytes"));
  CHECK(runLoader({"-stats=xml", input("weak")}).Status == 1);
}

TEST_CASE("Option audit=json is for programs") {
  Outcome O =
      runLoader({"-noexec", "-audit=json", input("caller"), input("answer")});
  json::Object Good = parse(O.Err);
  CHECK(O.Status == 0);
  CHECK(*Good.getInteger("version") == 1);
  CHECK(*Good.getInteger("objects") == 2);
  CHECK(*Good.getInteger("relocationsChecked") > 0);
  CHECK(Good.getArray("problems")->empty());

  const std::string Object = JITSLAB_TEST_VERIFY_OBJECTS "/aarch64-linux-gnu.o";
  O = runLoader({"-triple=aarch64-linux-gnu", "-verify", "-audit=json",
                 "-dummy-extern=external=0x1000",
                 "-map-section=aarch64-linux-gnu.o,.data=0x7000000000",
                 Object});
  CHECK(O.Status == 1);
  json::Object Bad = parse(O.Err);
  REQUIRE_FALSE(Bad.getArray("problems")->empty());
  const json::Object &First = *(*Bad.getArray("problems"))[0].getAsObject();
  CHECK(First.getString("file") == StringRef(Object));
  CHECK(First.getString("type") == StringRef("R_AARCH64_ADR_PREL_PG_HI21"));
  CHECK(*First.getInteger("distance") == 0x6ffffff000);
  CHECK(runLoader({"-audit=xml", input("weak")}).Status == 1);
}

TEST_CASE("Option noexec stops before the entry, of any target") {
  Outcome O = runLoader({"-noexec", input("arguments")});
  CHECK(O.Status == 0);
  CHECK(O.Out.empty());
  // Also without an entry.
  CHECK(runLoader({"-noexec", input("answer")}).Status == 0);
  for (const char *Target : {"aarch64-linux-gnu", "x86_64-linux-gnu"}) {
    O = runLoader(
        {"-noexec", "-audit", "-dylib", JITSLAB_TEST_LIBRARY,
         JITSLAB_TEST_VERIFY_OBJECTS "/" + std::string(Target) + ".o"});
    // Only the symbol is missing.
    CHECK(contains(O.Err, "undefined symbol 'external'"));
  }
}

TEST_CASE("Option repeat loads copies that have symbols of their own") {
  Outcome O = runLoader({"-repeat=3", "-entry=main.3", "-stats=json", "-audit",
                         input("caller"), input("answer")});
  INFO(O.Err);
  // The third caller calls the third answer.
  CHECK(O.Status == 22);
  CHECK(contains(O.Err, "relocations of 6 objects are in range"));
  CHECK(contains(O.Err, "\"objects\": 6"));
  CHECK(contains(O.Err, "loaded 'main.3' at: "));
  CHECK(runLoader({"-repeat=0", input("weak")}).Status == 1);
  O = runLoader({"-repeat=2", "-noexec",
                 JITSLAB_TEST_VERIFY_OBJECTS "/x86_64-windows-msvc.o"});
  CHECK(O.Status == 1);
  CHECK(contains(O.Err, "-repeat makes copies of 64-bit little-endian ELF"));
}

#if !JITSLAB_TEST_EMULATED
// 65,530 mappings is the default of vm.max_map_count; an object of a manager
// that maps sections takes two.
TEST_CASE(
    "Option repeat shows where a manager ends, and that jitslab does not") {
  const char *Repeat = isBrief() ? "-repeat=3300" : "-repeat=33000";
  std::vector<std::string> Options = {Repeat, "-noexec", input("one"),
                                      "-memory-manager=per-protection"};
  Outcome O = runLoader(Options);
  INFO(O.Err);
  CHECK(O.Status == 0);
  if (isBrief())
    return;
  Options.back() = "-memory-manager=trivial";
  O = runLoader(Options);
  INFO("THE CONTROL PASSED: no limit was reached\n" << O.Err);
  CHECK(O.Status == 1);
  CHECK(contains(O.Err, input("one") + "#"));
  CHECK_FALSE(contains(O.Err, "Stack dump"));
}
#endif

TEST_CASE("Option scatter takes a number of GiB") {
  auto Occupied = [](const char *Option) {
    Outcome O = runLoader({Option, "-noexec", "-stats=json", input("weak")});
    INFO(O.Err);
    REQUIRE(O.Status == 0);
    return *parse(O.Err).getInteger("scatteredBytes") >> 30;
  };
  // Not all of it, because the process has some.
  CHECK(Occupied("-scatter=1") <= 2);
  CHECK(Occupied("-scatter=3") <= 6);
  CHECK(Occupied("-scatter=3") > 2);
  CHECK(Occupied("-scatter") > 6);
  for (const char *Bad :
       {"-scatter=0", "-scatter=x", "-scatter=-1", "-scatter=1000000"})
    CHECK(contains(runLoader({Bad, input("weak")}).Err,
                   "a number of GiB from 1 to"));
}

#if JITSLAB_HAS_JITLINK
static std::vector<std::string> jitlinkManagers() {
  return managersWith({"in-process", "mapper"});
}

TEST_CASE("JITLink runs the same objects, with every memory manager") {
  for (const std::string &Manager : jitlinkManagers()) {
    std::vector<std::string> Options = {"-linker=jitlink",
                                        "-memory-manager=" + Manager};
    auto Run = [&](std::vector<std::string> More) {
      More.insert(More.begin(), Options.begin(), Options.end());
      return runLoader(std::move(More));
    };
    INFO(Manager);
    CHECK(Run({input("arguments")}).Status == 41);
    CHECK(Run({input("caller"), input("answer")}).Status == 22);
    CHECK(Run({"-dylib", JITSLAB_TEST_LIBRARY, input("caller")}).Status == 33);
    CHECK(Run({input("weak")}).Status == 5);
    CHECK(Run({"-entry=seven", input("entries")}).Status == 7);
    Outcome O =
        Run({"-audit", "-map", "-stats", input("caller"), input("answer")});
    INFO(O.Err << O.Out);
    CHECK(O.Status == 22);
    CHECK(contains(O.Err, "relocations of 2 objects are in range"));
    CHECK(contains(O.Out, "linker        jitlink, memory manager " + Manager));
    O = Run({"-repeat=3", "-entry=main.3", input("caller"), input("answer")});
    INFO(O.Err);
    CHECK(O.Status == 22);
  }
}

TEST_CASE("JITLink's errors are one line with the file") {
  auto Refused = [](std::vector<std::string> Options, StringRef File,
                    StringRef Reason) {
    Options.insert(Options.begin(), "-linker=jitlink");
    Outcome O = runLoader(std::move(Options));
    INFO(O.Err);
    CHECK(O.Status == 1);
    CHECK(StringRef(O.Err).count('\n') == 1);
    CHECK(StringRef(O.Err).find(("jitslab-rtdyld: error: " + File).str()) == 0);
    CHECK(contains(O.Err, Reason));
  };
  Refused({input("undefined")}, input("undefined"), "jitslab_missing_function");
  Refused({input("answer"), input("answer")}, input("answer"), "uplicate");
  Refused({"-entry=nope", input("entries")}, input("entries"),
          "no definition for 'nope'");
  Refused({"-entry=notCode", input("entries")}, input("entries"),
          "'notCode' is not a function");
  Refused({"-memory-manager=trivial", input("weak")}, "",
          "unknown memory manager 'trivial'; JITLink has in-process");
  Refused({"-orc-runtime=/nonexistent", input("weak")}, "/nonexistent",
          "No such file");
  Refused({"-dylib=/nonexistent/lib.so", input("weak")}, "/nonexistent/lib.so",
          "No such file");
  Refused({"-verify", input("weak")}, "", "only goes with -execute");
}

// The ORC runtime frees nothing when it ends, which LeakSanitizer reports.
#if defined(JITSLAB_ORC_RUNTIME) && !JITSLAB_TEST_SANITIZED
TEST_CASE("With the ORC runtime, initialisers run; without it, none") {
  for (const std::string &Manager : jitlinkManagers()) {
    INFO(Manager);
    std::vector<std::string> Options = {
        "-linker=jitlink", "-memory-manager=" + Manager, input("initialised")};
    CHECK(runLoader(Options).Status == 1);
    Options.push_back("-orc-runtime=" JITSLAB_ORC_RUNTIME);
    Outcome O = runLoader(Options);
    INFO(O.Err);
    CHECK(O.Status == 7);
    CHECK(O.Out == "finished\n");
  }
}
#endif
#else
TEST_CASE("Without JITLink, -linker=jitlink says what is needed") {
  Outcome O = runLoader({"-linker=jitlink", input("weak")});
  CHECK(O.Status == 1);
  CHECK(contains(O.Err, "needs LLVM 19 or later"));
}
#endif
