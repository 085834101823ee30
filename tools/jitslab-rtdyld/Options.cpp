//===- Options.cpp - The loader's command line ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "MemoryManagers.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace jitslab {

namespace {

enum class Action { Execute };

// Built when the command line is parsed and not before main: by then the names
// that LLVM's own options occupy can be freed.
struct CommandLine {
  cl::OptionCategory Category{"jitslab-rtdyld options"};
  // Descriptions are kept by reference.
  const std::string ManagerText =
      "Where sections are put: " + memoryManagerNames();

  cl::list<std::string> InputFiles{cl::Positional, cl::desc("<object files>"),
                                   cl::cat(Category)};
  cl::opt<Action> What{
      cl::desc("Action to perform:"), cl::init(Action::Execute),
      cl::values(clEnumValN(Action::Execute, "execute",
                            "Load, link, and execute the objects (default)")),
      cl::cat(Category)};
  cl::opt<std::string> MemoryManager{
      "memory-manager", cl::desc(ManagerText), cl::value_desc("name"),
      cl::init(DefaultMemoryManager), cl::cat(Category)};
  cl::opt<std::string> Entry{
      "entry",
      cl::desc("Function to call (default: main, or _main if there is none)"),
      cl::value_desc("symbol"), cl::cat(Category)};
  cl::list<std::string> Arguments{
      "args", cl::Positional, cl::PositionalEatsArgs,
      cl::desc("<program arguments>..."), cl::cat(Category)};
  cl::list<std::string> Dylibs{
      "dylib", cl::desc("Shared library whose symbols the objects may use"),
      cl::value_desc("file"), cl::cat(Category)};
  cl::opt<std::string> Triple{
      "triple", cl::desc("Target that the objects have to be for"),
      cl::value_desc("triple"), cl::cat(Category)};
  cl::opt<bool> Scatter{
      "scatter",
      cl::desc("Occupy all free address space within 6 GiB of the first object "
               "before the others are loaded"),
      cl::cat(Category)};
  cl::opt<bool> Statistics{
      "stats",
      cl::desc("Print to stderr what was loaded and how far it lies apart, "
               "before the entry is called"),
      cl::cat(Category)};
};

} // namespace

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
  OS << "jitslab-rtdyld " JITSLAB_VERSION ", LLVM " LLVM_VERSION_STRING "\n";
}

Expected<LoaderOptions> parseOptions(int Argc, char **Argv) {
  freeOptionName("stats");
  static CommandLine CL;
  cl::HideUnrelatedOptions(CL.Category);
  cl::SetVersionPrinter(printVersion);

  std::string Message;
  raw_string_ostream MessageStream(Message);
  bool Parsed = cl::ParseCommandLineOptions(
      Argc, Argv, "Loads object files into memory and runs them\n",
      &MessageStream);
  if (!Parsed) {
    // "<program>: <what>.  Try: ...", and guesses at what was meant, which are
    // mostly about LLVM's own options, on further lines.
    StringRef Text = StringRef(MessageStream.str()).trim().split('\n').first;
    if (size_t Colon = Text.find(": "); Colon != StringRef::npos)
      Text = Text.substr(Colon + 2);
    Text = Text.split(".  Try:").first;
    // Of bad values it has told stderr by itself.
    if (Text.empty())
      Text = "invalid command line; -help shows what is possible";
    return make_error<StringError>(Text, inconvertibleErrorCode());
  }

  LoaderOptions O;
  O.InputFiles = CL.InputFiles;
  O.Dylibs = CL.Dylibs;
  O.MemoryManager = CL.MemoryManager;
  O.Triple = CL.Triple;
  O.Entry = CL.Entry;
  O.Arguments = CL.Arguments;
  O.Scatter = CL.Scatter;
  O.Statistics = CL.Statistics;
  if (O.InputFiles.empty())
    return make_error<StringError>("no input files", inconvertibleErrorCode());
  return O;
}

} // namespace jitslab
