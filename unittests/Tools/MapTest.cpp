//===- MapTest.cpp - Corners of -map: formats, names, narrow terminals ----===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunLoader.h"
#include "Support/Catch.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace jitslab;
using namespace llvm;

namespace {

// An empty folder that goes with what is in it.
struct TemporaryFolder {
  TemporaryFolder() {
    SmallString<128> Name;
    REQUIRE_FALSE(sys::fs::createUniqueDirectory("jitslab-test", Name));
    Path = Name.str().str();
  }
  ~TemporaryFolder() { (void)sys::fs::remove_directories(Path); }

  std::string file(const char *Name) const { return Path + "/" + Name; }
  std::string copyOf(const std::string &From, const char *Name) const {
    REQUIRE_FALSE(sys::fs::copy_file(From, file(Name)));
    return file(Name);
  }

  std::string Path;
};

} // namespace

static std::string foreign(const char *Target) {
  return JITSLAB_TEST_VERIFY_OBJECTS "/" + std::string(Target) + ".o";
}

static Outcome runWithColumns(const char *Columns,
                              const std::vector<std::string> &Arguments) {
  return runProgram({"env", std::string("COLUMNS=") + Columns, "sh", "-c",
                     loaderCommandLine(Arguments)});
}

static void checkRefused(const Outcome &O, StringRef Reason) {
  INFO(O.Err << "expected: " << Reason.str());
  CHECK(O.Status == 1);
  CHECK(StringRef(O.Err).count('\n') == 1);
  CHECK(StringRef(O.Err).find("jitslab-rtdyld: error: ") == 0);
  CHECK(contains(O.Err, Reason));
}

TEST_CASE("The map says that no reference has a limit where there is none") {
  TemporaryFolder Folder;
  // It has code, and nothing that refers to anything.
  std::string File = input("no-references");
  Outcome O = runLoader({"-noexec", "-map", "-map=" + Folder.file("a.svg"),
                         "-map=" + Folder.file("a.json"), File});
  INFO(O.Out << O.Err);
  CHECK(O.Status == 0);
  CHECK(contains(O.Out, "references    none has a limit\n"));
  CHECK_FALSE(contains(O.Out, "furthest"));
  std::string Drawing = contentsOf(Folder.file("a.svg"));
  CHECK(contains(Drawing, "no reference has a limit"));
  CHECK_FALSE(contains(Drawing, "1000%"));
  const std::string Map = contentsOf(Folder.file("a.json"));
  CHECK(contains(Map, "\"version\": 1,"));
  CHECK_FALSE(contains(Map, "furthest"));
  // The control: with one that has.
  CHECK(contains(runLoader({"-noexec", "-map", input("one")}).Out,
                 "all are in range"));
}

TEST_CASE("A drawing has a scale, a legend, and names where there is room") {
  TemporaryFolder Folder;
  Outcome O = runLoader({"-noexec", "-memory-manager=dense",
                         "-map=" + Folder.file("a.svg"), input("arguments")});
  INFO(O.Err);
  CHECK(O.Status == 0);
  std::string Drawing = contentsOf(Folder.file("a.svg"));
  // The largest section of the largest cluster has all the width there is.
  CHECK(contains(Drawing, "pointer-events=\"none\">"));
  CHECK(contains(Drawing, ">0</text>"));
  CHECK(contains(Drawing, ">window</text>"));
  CHECK(contains(Drawing, ">in reach</text>"));
}

TEST_CASE("Each -map is written, in the format of its ending") {
  TemporaryFolder Folder;
  Outcome O = runLoader({"-noexec", "-map=" + Folder.file("a.svg"), "-map",
                         "-map=" + Folder.file("b.JSON"),
                         "-map=" + Folder.file("c.TXT"),
                         "-map=" + Folder.file("d"), input("weak")});
  INFO(O.Err);
  CHECK(O.Status == 0);
  constexpr char Text[] = "jitslab-rtdyld map\n";
  CHECK(StringRef(O.Out).find(Text) == 0);
  CHECK(StringRef(contentsOf(Folder.file("a.svg"))).find("<svg ") == 0);
  CHECK(StringRef(contentsOf(Folder.file("b.JSON"))).find("{") == 0);
  CHECK(StringRef(contentsOf(Folder.file("c.TXT"))).find(Text) == 0);
  CHECK(StringRef(contentsOf(Folder.file("d"))).find(Text) == 0);
}

TEST_CASE("Endings that no format has are refused before anything is loaded") {
  TemporaryFolder Folder;
  for (const char *Name : {"a.png", "a.o", "a.svgz", "a."}) {
    INFO(Name);
    checkRefused(
        runLoader({"-noexec", "-map=" + Folder.file(Name), "/nonexistent/a.o"}),
        "the ending has to be .svg");
    CHECK_FALSE(sys::fs::exists(Folder.file(Name)));
  }
}

TEST_CASE("A map does not replace what is read") {
  TemporaryFolder Folder;
  std::string Object = Folder.copyOf(input("weak"), "object");
  std::string Before = contentsOf(Object);
  std::string Link = Folder.file("link.txt");
  REQUIRE_FALSE(sys::fs::create_link(Object, Link));
  for (const std::string &Map : {Object, Link}) {
    checkRefused(runLoader({"-noexec", "-map=" + Map, Object}),
                 "would replace '" + Object + "'");
    CHECK(contentsOf(Object) == Before);
  }
}

TEST_CASE("The columns of the map stand together in a wide terminal") {
  Outcome O = runWithColumns("200", {"-noexec", "-map", input("one")});
  INFO(O.Out);
  REQUIRE(O.Status == 0);
  size_t Name = StringRef(O.Out).find("\n  .text ");
  REQUIRE(Name != StringRef::npos);
  StringRef Line = StringRef(O.Out).substr(Name + 1).split('\n').first;
  size_t Address = Line.find(" 0x");
  REQUIRE(Address != StringRef::npos);
  CHECK(Address < 50);
}

TEST_CASE("Reasons and rights that are not known are told in full") {
  for (const char *Columns : {"60", "80"}) {
    Outcome O = runWithColumns(Columns,
                               {"-noexec", "-map", foreign("s390x-linux-gnu")});
    INFO(O.Out << O.Err);
    REQUIRE(O.Status == 0);
    std::string Words;
    SmallVector<StringRef, 0> Lines;
    StringRef(O.Out).split(Lines, '\n');
    for (StringRef Line : Lines) {
      CHECK(Line.size() <= size_t(std::stoi(Columns)));
      Words += Line.trim().str() + ' ';
    }
    CHECK(contains(Words, "only ELF objects"));
    CHECK(contains(Words, "not given (?): "));
  }
  // The control: rights that are known need no word.
  CHECK_FALSE(contains(runLoader({"-noexec", "-map", input("one")}).Out, "?"));
}

TEST_CASE("Control characters in names do not reach the terminal") {
  TemporaryFolder Folder;
  std::string Bytes = contentsOf(input("one"));
  size_t Section = Bytes.find(".text");
  REQUIRE(Section != std::string::npos);
  // Also one that is not UTF-8, in another name.
  std::string Named = Bytes;
  Named.replace(Section, 5, "\x1b[31m");
  TemporaryFile Object(Named);
  std::string Path = Folder.copyOf(Object.path(), "a\x1b[2Jb\xc2\x9b.o");
  Outcome O = runLoader({"-noexec", "-map", Path});
  INFO(O.Out << O.Err);
  REQUIRE(O.Status == 0);
  CHECK_FALSE(contains(O.Out, "\x1b"));
  CHECK_FALSE(contains(O.Out, "\xc2\x9b"));
  CHECK(contains(O.Out, "\n  \\1B[31m "));
  CHECK(contains(O.Out, "a\\1B[2Jb\\C2\\9B.o\n"));

  // In messages too; and what is printable stays as it is.
  O = runLoader({"-noexec", Folder.file("\x1b]0;x\x07.o")});
  CHECK(O.Status == 1);
  CHECK(contains(O.Err, "/\\1B]0;x\\07.o: "));
  O = runLoader({"-noexec", Folder.file("gr\xc3\xbc\xc3\x9f.o")});
  CHECK(contains(O.Err, "gr\xc3\xbc\xc3\x9f.o: "));
  O = runLoader({"-noexec", Folder.file("gr\xfc.o")});
  CHECK(contains(O.Err, "gr\\FC.o: "));
}
