//===- InspectTest.cpp - What jitslab-inspect shows -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/Inspection.h"
#include "Core/SegmentMarks.h"
#include "Platform/VirtualMemory.h"
#include "Support/Layouts.h"
#include "Support/RunProgram.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"

using namespace jitslab;
using namespace llvm;

static constexpr char Tool[] = JITSLAB_TEST_INSPECT;

static bool contains(StringRef Text, StringRef Part) {
  return Text.find(Part) != StringRef::npos;
}

/// Lets \p Command look at a host with the layout \p Name.
static Outcome lookAt(StringRef Name, std::vector<std::string> Command) {
  Command.insert(Command.begin(), {JITSLAB_TEST_INSPECTED_HOST, Name.str()});
  return runProgram(std::move(Command));
}

/// The output of \p O as JSON, which has to be valid.
static json::Value parsed(const Outcome &O) {
  INFO(O.Err << O.Out);
  REQUIRE(O.Status == 0);
  Expected<json::Value> V = json::parse(O.Out);
  if (!V)
    FAIL(toString(V.takeError()));
  return std::move(*V);
}

static int64_t number(const json::Object &O, StringRef Name) {
  auto Value = O.getInteger(Name);
  INFO(Name.str());
  REQUIRE(Value);
  return *Value;
}

/// What the host of a test has: three objects, the largest segment of which is
/// data.
static void checkReport(const json::Value &V, StringRef LayoutName) {
  const json::Object &Top = *V.getAsObject();
  CHECK(number(Top, "version") == 1);
  const json::Array *Arenas = Top.getArray("arenas");
  REQUIRE(Arenas);
  REQUIRE(Arenas->size() == 1);
  const json::Object &A = *(*Arenas)[0].getAsObject();
  CHECK(A.getString("layout") == LayoutName);
  REQUIRE(A.getArray("windows")->size() == 1);
  const json::Object &W = *(*A.getArray("windows"))[0].getAsObject();
  CHECK(number(W, "segments") == 6);
  CHECK(number(W, "liveBytes") >= 305000);
  CHECK(number(W, "frozenBytes") == 0);
  CHECK(number(W, "committedBytes") ==
        number(W, "liveBytes") + number(W, "freeBytes"));
  CHECK(number(W, "largestFreeBytes") > 0);
  CHECK(number(W, "largestFreeBytes") <= number(W, "freeBytes"));
  const json::Array *Largest = Top.getArray("largestSegments");
  REQUIRE(Largest);
  REQUIRE(Largest->size() == 2);
  const json::Object &First = *(*Largest)[0].getAsObject();
  CHECK(First.getString("kind") == StringRef("data"));
  CHECK(number(First, "size") >= 300000);
  CHECK(number(First, "size") < 320000);
}

TEST_CASE("A process is shown while it goes on") {
  for (const NamedLayout &L : AllLayouts) {
    Outcome O = lookAt(L.Name, {Tool, "--format=json", "--largest=2", "{pid}"});
    INFO(L.Name.str());
    checkReport(parsed(O), L.Name);

    O = lookAt(L.Name, {Tool, "{pid}"});
    CHECK(O.Status == 0);
    CHECK(contains(O.Out, "arena 1, " + L.Name.str() + ", 1 window"));
    CHECK(contains(O.Out, "the largest segments of live objects"));

    O = lookAt(L.Name, {Tool, "--format=svg", "{pid}"});
    CHECK(O.Status == 0);
    CHECK(StringRef(O.Out).find("<svg ") == 0);
    CHECK(contains(O.Out, "freed code, "));
    CHECK(contains(O.Out, "</svg>\n"));
  }
}

TEST_CASE("Which object has an address is said, also of freed ones") {
  for (const NamedLayout &L : AllLayouts) {
    INFO(L.Name.str());
    Outcome O = lookAt(L.Name, {Tool, "--address={code}", "{pid}"});
    CHECK(O.Status == 0);
    CHECK(contains(O.Out, ": code, 0x10 of the 0x"));
    O = lookAt(L.Name, {Tool, "--address={freed}", "{pid}"});
    CHECK(contains(O.Out, ": freed code, 0x20 of the 0x"));
    O = lookAt(L.Name, {Tool, "--address=0x1000", "{pid}"});
    CHECK(O.Out == "0x1000: in no window\n");
  }
}

TEST_CASE("Debug information that is damaged is passed over") {
  Outcome O = lookAt("told-dense", {"timeout", "-s", "KILL", "20", Tool,
                                    "--address={code}", "{pid}"});
  INFO(O.Err);
  CHECK(O.Status == 0);
  CHECK(contains(O.Out, ": code, 0x10 of the 0x"));
  CHECK(contains(O.Out, ", in told\n"));
}

TEST_CASE("A process that loads and frees all the time is shown") {
  for (const NamedLayout &L : AllLayouts) {
    Outcome O =
        lookAt("busy-" + L.Name.str(), {Tool, "--format=json", "{pid}"});
    INFO(L.Name.str());
    json::Value V = parsed(O);
    CHECK(V.getAsObject()->getArray("arenas")->size() == 1);
  }
}

TEST_CASE("A host without arenas has none") {
  Outcome O = lookAt("none", {Tool, "{pid}"});
  INFO(O.Err);
  CHECK(O.Status == 0);
  CHECK(contains(O.Out, "jitslab, and no arenas"));
}

static void checkRefused(const Outcome &O, StringRef Reason) {
  INFO("stderr: " << O.Err << "expected: " << Reason.str());
  CHECK(O.Status == 1);
  CHECK(O.Out.empty());
  CHECK(StringRef(O.Err).find("jitslab-inspect: error: ") == 0);
  CHECK(StringRef(O.Err).count('\n') == 1);
  CHECK(contains(O.Err, Reason));
}

TEST_CASE("What cannot be inspected is refused with a reason") {
  // No process has such a number (PID_MAX_LIMIT).
  checkRefused(runProgram({Tool, "99999999"}), "there is no process 99999999");
  checkRefused(runProgram({Tool, "0"}), "there is no process 0");
  checkRefused(runProgram({Tool, "/nonexistent/core"}),
               "No such file or directory");
  checkRefused(runProgram({Tool, Tool}), "an ELF file, but no core file");
  checkRefused(runProgram({Tool, "/dev/zero"}), "a device, and no core file");
  TemporaryFile NoCore("hello\n");
  checkRefused(runProgram({Tool, NoCore.path()}),
               "neither the number of a process nor a core file");
  checkRefused(runProgram({"sh", "-c", std::string(Tool) + " $$; exit $?"}),
               "has no jitslab in it");
}

TEST_CASE("Bad options are refused") {
  checkRefused(runProgram({Tool}), "usage: jitslab-inspect [OPTIONS] PID");
  checkRefused(runProgram({Tool, "1", "2"}), "one process at a time");
  checkRefused(runProgram({Tool, "--format=xml", "1"}),
               "--format is 'xml', not table, json or svg");
  checkRefused(runProgram({Tool, "--largest=many", "1"}), "no number");
  checkRefused(runProgram({Tool, "--address=here", "1"}), "no address");
  checkRefused(runProgram({Tool, "--what", "1"}), "no option '--what'");
  CHECK(contains(runProgram({Tool, "--help"}).Out, "--format=table|json|svg"));
  CHECK(contains(runProgram({Tool, "--version"}).Out, "jitslab-inspect "));
}

#ifdef JITSLAB_TEST_GDB
namespace {

/// A folder for core files.
struct TemporaryFolder {
  TemporaryFolder() {
    REQUIRE_FALSE(sys::fs::createUniqueDirectory("jitslab-inspect", Path));
  }
  ~TemporaryFolder() { sys::fs::remove_directories(Path); }
  SmallString<64> Path;
};

} // namespace

static std::vector<std::string> gdb(std::vector<std::string> Commands) {
  std::vector<std::string> Line = {JITSLAB_TEST_GDB, "-nx", "-batch", "-iex",
                                   "set debuginfod enabled off"};
  for (std::string &Command : Commands)
    Line.insert(Line.end(), {"-ex", Command});
  return Line;
}

TEST_CASE("A core file of gdb is shown as the process was") {
  for (const NamedLayout &L : AllLayouts) {
    TemporaryFolder Folder;
    const std::string Core = (Folder.Path + "/core").str();
    std::vector<std::string> Line = gdb({"gcore " + Core});
    Line.insert(Line.end(), {"-p", "{pid}"});
    Outcome O = lookAt(L.Name, Line);
    INFO(L.Name.str() << O.Out << O.Err);
    REQUIRE(O.Status == 0);
    checkReport(
        parsed(runProgram({Tool, "--format=json", "--largest=2", Core})),
        L.Name);

    // A part of it.
    const std::string Whole = contentsOf(Core);
    TemporaryFile Half(StringRef(Whole).take_front(Whole.size() / 2));
    O = runProgram({Tool, Half.path()});
    if (O.Status)
      checkRefused(O, Half.path());
    TemporaryFile Headers(StringRef(Whole).take_front(4096));
    checkRefused(runProgram({Tool, Headers.path()}), Headers.path());
    TemporaryFile Start(StringRef(Whole).take_front(100));
    checkRefused(runProgram({Tool, Start.path()}), "damaged");
  }
}

namespace {
/// A core file whose memory can be changed.
class ChangedCore {
public:
  explicit ChangedCore(std::string Bytes) : Bytes(std::move(Bytes)) {}

  /// \returns where the file has the memory at \p Address.
  size_t placeOf(uint64_t Address) const {
    for (const ELF::Elf64_Phdr &P : segments())
      if (Address >= P.p_vaddr && Address - P.p_vaddr < P.p_filesz)
        return Address - P.p_vaddr + P.p_offset;
    return 0;
  }
  uint64_t addressOf(size_t Place) const {
    for (const ELF::Elf64_Phdr &P : segments())
      if (Place >= P.p_offset && Place - P.p_offset < P.p_filesz)
        return Place - P.p_offset + P.p_vaddr;
    return 0;
  }
  template <typename T> T at(size_t Place) const {
    T Value;
    REQUIRE(Place + sizeof(T) <= Bytes.size());
    std::memcpy(&Value, &Bytes[Place], sizeof(T));
    return Value;
  }
  template <typename T> void put(size_t Place, T Value) {
    REQUIRE(Place + sizeof(T) <= Bytes.size());
    std::memcpy(&Bytes[Place], &Value, sizeof(T));
  }
  /// \returns where the record of a window is.
  size_t windowRecord(uint64_t Begin, uint64_t End) const {
    const uint64_t Both[] = {Begin, End};
    size_t At = Bytes.find(
        std::string(reinterpret_cast<const char *>(Both), sizeof(Both)));
    REQUIRE(At != std::string::npos);
    return At - sizeof(uint64_t);
  }
  Outcome show() const {
    TemporaryFile File((StringRef(Bytes)));
    return runProgram({"timeout", "60", Tool, File.path()});
  }

private:
  std::vector<ELF::Elf64_Phdr> segments() const {
    const auto Header = at<ELF::Elf64_Ehdr>(0);
    std::vector<ELF::Elf64_Phdr> Loaded;
    for (size_t I = 0; I != Header.e_phnum; ++I) {
      auto P =
          at<ELF::Elf64_Phdr>(Header.e_phoff + I * sizeof(ELF::Elf64_Phdr));
      if (P.p_type == ELF::PT_LOAD)
        Loaded.push_back(P);
    }
    return Loaded;
  }

  std::string Bytes;
};
} // namespace

TEST_CASE("Arenas that do not fit together are refused, and not for ever") {
  TemporaryFolder Folder;
  const std::string Path = (Folder.Path + "/core").str();
  std::vector<std::string> Line = gdb({"gcore " + Path});
  Line.insert(Line.end(), {"-p", "{pid}"});
  REQUIRE(lookAt("per-object", Line).Status == 0);
  auto Shown = parsed(runProgram({Tool, "--format=json", Path}));
  const json::Object &Arena =
      *Shown.getAsObject()->getArray("arenas")->front().getAsObject();
  const json::Object &Window =
      *Arena.getArray("windows")->front().getAsObject();
  auto AddressOf = [&](const char *End) {
    uint64_t Address = 0;
    REQUIRE_FALSE(Window.getString(End)->getAsInteger(0, Address));
    return Address;
  };
  const ChangedCore Core(contentsOf(Path));
  const size_t Record = Core.windowRecord(AddressOf("begin"), AddressOf("end"));
  CHECK(Core.show().Status == 0);

  ChangedCore Circle = Core;
  Circle.put(Record, Core.addressOf(Record));
  checkRefused(Circle.show(), "its arenas cannot be read");

  // Where a segment begins is within its first granule, of a page here.
  ChangedCore Offset = Core;
  const size_t Marks =
      Core.placeOf(Core.at<uint64_t>(Record + offsetof(WindowRecord, Marks)));
  const size_t Table = Core.placeOf(Core.at<uint64_t>(Marks));
  const size_t Granules = SlabSize / VirtualMemory::system().pageSize();
  size_t Changed = 0;
  for (size_t G = 0; G != Granules; ++G)
    if (const unsigned Mark =
            Core.at<uint8_t>(Table + G / 2) >> (G % 2 * 4) & 15;
        Mark != SegmentMarks::None && Mark != SegmentMarks::Unused) {
      Offset.put(Table + Granules / 2 + 2 * G, uint16_t(0xffff));
      ++Changed;
    }
  REQUIRE(Changed);
  checkRefused(Offset.show(), "its arenas cannot be read");
}

TEST_CASE("The gdb command shows the same") {
  for (const NamedLayout &L : AllLayouts) {
    std::vector<std::string> Line =
        gdb({"source " JITSLAB_TEST_GDB_COMMAND, "jitslab", "jitslab {code}",
             "jitslab (char *){freed}"});
    Line.insert(Line.begin(), {"env", "JITSLAB_INSPECT=" + std::string(Tool)});
    Line.insert(Line.end(), {"-p", "{pid}"});
    Outcome O = lookAt(L.Name, Line);
    INFO(O.Out << O.Err);
    CHECK(contains(O.Out, "arena 1, " + L.Name.str() + ", 1 window"));
    CHECK(contains(O.Out, ": code, 0x10 of the 0x"));
    CHECK(contains(O.Out, ": freed code, 0x20 of the 0x"));
  }
  Outcome O = runProgram(gdb({"source " JITSLAB_TEST_GDB_COMMAND, "jitslab"}));
  CHECK(contains(O.Err, "jitslab: there is no process and no core file"));
}
#endif
