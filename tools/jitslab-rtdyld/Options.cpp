//===- Options.cpp - The loader's command line ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "CommandLine.h"
#include "Diagnostics.h"
#include "ParseSize.h"
#include "jitslab/Version.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <sys/auxv.h>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

// More than ADRP spans (4 GiB), and half as much again.
static constexpr uint64_t DefaultScatterGiB = 6;
// User space has 128 TiB on x86-64: more is certainly a mistake.
static constexpr uint64_t MaxScatterGiB = uint64_t(128) * 1024;

static Error invalid(const Twine &What) {
  return make_error<StringError>(What, inconvertibleErrorCode());
}

// LLVM has a -stats of its own for counters that release builds do not have.
static void freeOptionName(StringRef Name) {
  auto &Registered = cl::getRegisteredOptions();
  auto It = Registered.find(Name);
  if (It == Registered.end())
    return;
  // The library keeps a reference to the name.
  static std::vector<std::unique_ptr<std::string>> NewNames;
  NewNames.push_back(std::make_unique<std::string>(("llvm-" + Name).str()));
  It->second->setArgStr(*NewNames.back());
}

static void printVersion(raw_ostream &OS) {
  OS << "jitslab-rtdyld " JITSLAB_VERSION_STRING ", LLVM " LLVM_VERSION_STRING "\n";
}

// What LLVM's parser says: "<program>: <what>.  Try: ...", and guesses at what
// was meant, which are mostly about LLVM's own options, on further lines.
static Error parserError(StringRef Text) {
  Text = Text.trim().split('\n').first;
  if (size_t Colon = Text.find(": "); Colon != StringRef::npos)
    Text = Text.substr(Colon + 2);
  Text = Text.split(".  Try:").first;
  // Of bad values it has told stderr by itself.
  if (Text.empty())
    Text = "invalid command line; -help shows what is possible";
  return invalid(Text);
}

static Error parseScatter(const cl::opt<std::string> &Option,
                          LoaderOptions &O) {
  if (!Option.getNumOccurrences())
    return Error::success();
  uint64_t GiB = DefaultScatterGiB;
  if (!Option.empty() &&
      (StringRef(Option).getAsInteger(10, GiB) || !GiB || GiB > MaxScatterGiB))
    return invalid("-scatter=" + Option + ": a number of GiB from 1 to " +
                   Twine(MaxScatterGiB) + " is needed");
  O.ScatterRadius = GiB << 30;
  return Error::success();
}

static Error parseMaps(const cl::list<std::string> &Files, LoaderOptions &O) {
  for (const std::string &File : Files) {
    auto Format = StringSwitch<std::optional<MapFormat>>(
                      sys::path::extension(File).lower())
                      .Case("", MapFormat::Text)
                      .Case(".txt", MapFormat::Text)
                      .Case(".svg", MapFormat::SVG)
                      .Case(".json", MapFormat::JSON)
                      .Default(std::nullopt);
    if (!Format)
      return invalid("-map=" + File +
                     ": the ending has to be .svg (drawn), .json (for "
                     "programs) or .txt, or there is none (text)");
    O.Maps.push_back({File, *Format});
  }
  return Error::success();
}

static Error parseWindows(CommandLine &CL, LoaderOptions &O) {
  bool IsGiven = CL.Window.getNumOccurrences() || CL.Grow.getNumOccurrences() ||
                 CL.Near.getNumOccurrences() || CL.Below.getNumOccurrences() ||
                 CL.Frames.getNumOccurrences();
  if (IsGiven && !layoutByName(memoryManagerName(O)))
    return invalid("-window, -grow, -near, -below and -frames are for "
                   "jitslab's memory managers; '" +
                   memoryManagerName(O) + "' decides by itself");
  if (CL.Window.getNumOccurrences() &&
      !parseSize(CL.Window, O.Windows.WindowSize))
    return invalid("-window=" + CL.Window +
                   ": a size is needed, with K, M or G, for example 64M");
  O.Windows.Grow = CL.Grow;
  O.Windows.RegisterFrames = CL.Frames;
  if (StringRef(CL.Near) == "host")
    // Where the kernel started this program, which lies in its code.
    O.Windows.Near = static_cast<uintptr_t>(getauxval(AT_ENTRY));
  else if (CL.Near.getNumOccurrences() &&
           (StringRef(CL.Near).getAsInteger(0, O.Windows.Near) ||
            !O.Windows.Near))
    return invalid("-near=" + CL.Near +
                   ": an address is needed, for example 0x10000000, or host");
  if (CL.Below.getNumOccurrences() && !parseAddress(CL.Below, O.Windows.Below))
    return invalid("-below=" + CL.Below +
                   ": an address is needed, for example 2G or 0x80000000");
  return Error::success();
}

// All that is read, by a name of its own or another one.
static Error checkMapsReplaceNoInput(const LoaderOptions &O) {
  for (const auto *Inputs : {&O.InputFiles, &O.Dylibs, &O.CheckFiles})
    for (const std::string &Input : *Inputs)
      for (const MapOutput &Map : O.Maps)
        if (sys::fs::is_regular_file(Map.File) &&
            sys::fs::equivalent(Map.File, Input))
          return invalid("-map=" + Map.File + " would replace '" + Input +
                         "', which is read");
  return Error::success();
}

static LoaderOptions collect(CommandLine &CL) {
  LoaderOptions O;
  O.What = CL.What;
  O.InputFiles = CL.InputFiles;
  O.Dylibs = CL.Dylibs;
  O.Linker = CL.Linker;
  O.MemoryManager = CL.MemoryManager;
  O.OrcRuntime = CL.OrcRuntime;
  O.Triple = CL.Triple;
  O.CPU = CL.CPU;
  O.CheckFiles = CL.CheckFiles;
  O.Entry = CL.Entry;
  O.Arguments = CL.Arguments;
  O.Preallocate = CL.Preallocate;
  O.TargetAddresses.Start = CL.TargetStart;
  if (CL.TargetEnd.getNumOccurrences())
    O.TargetAddresses.End = CL.TargetEnd;
  O.TargetAddresses.Separation = CL.TargetSeparation;
  O.TargetAddresses.Sections = CL.MapSections;
  O.TargetAddresses.DummySymbols = CL.DummySymbols;
  O.PrintAllocationRequests = CL.PrintAllocationRequests;
  O.ShowTimes = CL.ShowTimes;
  O.Repeat = CL.Repeat;
  O.Audit = CL.Audit;
  O.Statistics = CL.Statistics;
  return O;
}

// Options that exclude each other: nothing is ignored in silence.
static Error checkCombination(const LoaderOptions &O) {
  bool LoadsNothing = O.What == Action::PrintObjectLines;
  bool PrintsLines = LoadsNothing || O.What == Action::PrintLines ||
                     O.What == Action::PrintDebugLines;
  if (int64_t(O.Preallocate) < 0)
    return invalid("Pre-allocated bytes of memory must be a positive integer.");
  if (O.Repeat == 0)
    return invalid("-repeat=0: at least one copy has to be loaded");
  if (PrintsLines &&
      (O.Audit != AuditFormat::None || !O.Maps.empty() || O.ScatterRadius ||
       O.Repeat > 1 || O.Statistics != StatisticsFormat::None))
    return invalid("line information is printed without -audit, -map, -stats, "
                   "-scatter and -repeat");
  if (O.What == Action::Verify && O.Repeat > 1)
    return invalid("-repeat shows the limits of memory managers; -verify does "
                   "not go with it");
  if (O.What == Action::Verify && O.ScatterRadius)
    return invalid("-verify makes addresses up; -target-section-sep separates "
                   "them, not -scatter");
  if (O.Preallocate && !O.MemoryManager.empty() && O.MemoryManager != "trivial")
    return invalid("-preallocate is for the memory manager 'trivial'; '" +
                   O.MemoryManager + "' decides by itself");
  if (O.Linker != LinkerKind::JITLink) {
    if (!O.OrcRuntime.empty())
      return invalid("-orc-runtime is for -linker=jitlink: RuntimeDyld runs no "
                     "initialisers");
    return Error::success();
  }
  if (O.What != Action::Execute && O.What != Action::LinkOnly)
    return invalid("-linker=jitlink only goes with -execute and -noexec");
  if (O.Preallocate || O.PrintAllocationRequests)
    return invalid(
        "-preallocate and -print-alloc-requests are for RuntimeDyld, "
        "not for -linker=jitlink");
  return Error::success();
}

// What only -verify looks at.
static Error checkVerifying(CommandLine &CL, const LoaderOptions &O) {
  if (O.What == Action::Verify)
    return Error::success();
  for (const auto &Entry : cl::getRegisteredOptions())
    if (Entry.second->getNumOccurrences() &&
        is_contained(Entry.second->Categories, &CL.Verifying))
      return invalid("-" + Entry.second->ArgStr +
                     " is for -verify, which was not asked for");
  return Error::success();
}

Expected<LoaderOptions> parseOptions(int Argc, char **Argv) {
  StringRef Name = sys::path::filename(Argv[0]);
  // Also with a version at its end, as distributions name it.
  bool ActAsLLVM = Name.find("llvm-rtdyld") == 0;
  setProgramName(ActAsLLVM ? Name : "jitslab-rtdyld");

  freeOptionName("stats");
  static CommandLine CL;
  cl::HideUnrelatedOptions(
      {&CL.Running, &CL.Placing, &CL.Showing, &CL.Verifying});
  cl::SetVersionPrinter(printVersion);

  std::string Message;
  raw_string_ostream MessageStream(Message);
  if (!cl::ParseCommandLineOptions(
          Argc, Argv,
          "Loads object files into memory, runs them, and shows where they "
          "lie\n",
          &MessageStream))
    return parserError(MessageStream.str());

  LoaderOptions O = collect(CL);
  O.ActAsLLVM = ActAsLLVM;
  if (Error Err = parseScatter(CL.Scatter, O))
    return Err;
  if (Error Err = parseMaps(CL.Maps, O))
    return Err;
  if (Error Err = checkCombination(O))
    return Err;
  if (Error Err = parseWindows(CL, O))
    return Err;
  if (Error Err = checkVerifying(CL, O))
    return Err;
  // As llvm-rtdyld; but nobody types an object file.
  if (O.InputFiles.empty()) {
    if (isatty(STDIN_FILENO))
      return invalid("no input files");
    O.InputFiles = {"-"};
  }
  if (Error Err = checkMapsReplaceNoInput(O))
    return Err;
  return O;
}

} // namespace jitslab
