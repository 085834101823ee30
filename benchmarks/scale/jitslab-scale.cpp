//===- jitslab-scale.cpp - Objects and windows by the million -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/LayoutNames.h"
#include "ObjectSizes.h"
#include "Scale.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace llvm;
using namespace jitslab;
using namespace jitslab::bench;

namespace {

cl::OptionCategory Own("Options");

// With enumerators for names LLVM would make options of them.
cl::opt<std::string> What(cl::Positional, cl::Required,
                          cl::desc("objects | cycles | queries | windows"),
                          cl::cat(Own));
cl::opt<size_t> Count("count", cl::desc("How many"), cl::init(100000),
                      cl::cat(Own));
cl::opt<size_t> Live("live",
                     cl::desc("Objects that are live in cycles and queries"),
                     cl::init(100), cl::cat(Own));
cl::list<std::string>
    From("from", cl::desc("Archives, or objects, whose sizes queries have"),
         cl::cat(Own));
cl::opt<double> MostCommitted(
    "committed",
    cl::desc("How many times of what was live at most queries may commit"),
    cl::init(1.3), cl::cat(Own));
cl::opt<uint64_t> Seed("seed", cl::desc("What chance begins with"), cl::init(1),
                       cl::cat(Own));
cl::opt<LinkerChoice> Linking(
    "linker", cl::desc("What loads the objects"), cl::init(LinkerChoice::None),
    cl::values(clEnumValN(LinkerChoice::None, "none",
                          "the arena alone, without a linker"),
               clEnumValN(LinkerChoice::RTDyld, "rtdyld", "RuntimeDyld"),
               clEnumValN(LinkerChoice::JITLink, "jitlink", "JITLink")),
    cl::cat(Own));
cl::opt<Layout> ObjectLayout("layout", cl::desc("The arena's layout"),
                             cl::init(Layout::Dense), cl::cat(Own));
cl::opt<size_t> WindowMiB("window", cl::desc("MiB of a window; 0: the default"),
                          cl::init(0), cl::cat(Own));
cl::opt<size_t>
    MostMiB("memory", cl::desc("MiB of resident memory at which windows stops"),
            cl::init(4096), cl::cat(Own));
cl::opt<double>
    Slower("slower",
           cl::desc("How many times slower the last one may be; 0: any"),
           cl::init(4), cl::cat(Own));

Error run() {
  if (!Count || !Live)
    return make_error<StringError>("-count and -live have to be at least 1",
                                   inconvertibleErrorCode());
  double MostSlower = Slower ? double(Slower) : INFINITY;
  ArenaOptions Options;
  Options.ObjectLayout = ObjectLayout;
  Options.WindowSize = WindowMiB << 20;
  if (What == "objects")
    return runObjects(Linking, Options, Count, MostSlower);
  if (What == "cycles")
    return runCycles(Linking, Options, Count, Live);
  if (What == "queries") {
    Expected<std::vector<Footprint>> Sizes =
        footprintsOf(std::vector<std::string>(From.begin(), From.end()));
    if (!Sizes)
      return Sizes.takeError();
    return runQueries(Options, Count, Live, *Sizes, MostCommitted, Seed);
  }
  if (What == "windows")
    return runWindows(Options, Count, MostMiB, MostSlower);
  return make_error<StringError>("'" + What +
                                     "' is none of: objects, cycles, queries, "
                                     "windows",
                                 inconvertibleErrorCode());
}

} // namespace

int main(int ArgC, char **ArgV) {
  for (const NamedLayout &L : AllLayouts)
    ObjectLayout.getParser().addLiteralOption(L.Name, L.Value, L.Help);
  cl::HideUnrelatedOptions(Own);
  cl::ParseCommandLineOptions(
      ArgC, ArgV,
      "What an arena costs at scale.\n\n"
      "  objects: loads COUNT objects, all of which stay live, and calls them\n"
      "  cycles:  frees the oldest object and loads another one, COUNT times\n"
      "  queries: queries of a few objects each come and go in waves, until\n"
      "           COUNT objects have been loaded; sizes are those of -from\n"
      "  windows: fills COUNT windows, or as many as the system grants\n");
  if (Error Err = run()) {
    errs() << "jitslab-scale: " << toString(std::move(Err)) << '\n';
    return 1;
  }
  return 0;
}
