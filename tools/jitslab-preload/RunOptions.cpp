//===- RunOptions.cpp - jitslab-run's command line ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunOptions.h"
#include "PreloadOptions.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

using namespace llvm;

namespace jitslab {

namespace {
// Built when the command line is parsed and not before main: by then LLVM's own
// option of the name "stats" can be removed.
struct CommandLine {
  cl::OptionCategory Category{"jitslab-run options"};
  cl::opt<std::string> Layout{"layout",
                              cl::desc("How objects lie in memory: per-object, "
                                       "per-protection (default) or dense"),
                              cl::value_desc("name"), cl::cat(Category)};
  cl::opt<std::string> Window{
      "window",
      cl::desc("Address space of a window, for example 1G (default: just under "
               "2G)"),
      cl::value_desc("size"), cl::cat(Category)};
  cl::opt<std::string> Grow{
      "grow", cl::desc("1: add windows (default); 0: one window, strict reach"),
      cl::value_desc("0|1"), cl::cat(Category)};
  cl::opt<std::string> Near{
      "near", cl::desc("host: windows near the program's own code"),
      cl::value_desc("host"), cl::cat(Category)};
  cl::opt<bool> HugePages{"hugepages",
                          cl::desc("Ask for transparent huge pages"),
                          cl::cat(Category)};
  cl::opt<bool> Stats{"stats",
                      cl::desc("Print a line to stderr when the program exits"),
                      cl::cat(Category)};
  cl::opt<bool> Verbose{
      "verbose", cl::desc("Say on stderr what is served and what is not"),
      cl::cat(Category)};
  cl::opt<std::string> Program{cl::Positional, cl::Required,
                               cl::desc("PROGRAM"), cl::cat(Category)};
  cl::list<std::string> Arguments{cl::ConsumeAfter, cl::desc("[ARGUMENTS...]"),
                                  cl::cat(Category)};
};
} // namespace

static void printVersion(raw_ostream &OS) {
  OS << "jitslab-run " JITSLAB_VERSION ", built with LLVM " LLVM_VERSION_STRING
        "\n";
}

static Error invalid(const Twine &What) {
  return make_error<StringError>(
      What, std::make_error_code(std::errc::invalid_argument));
}

Expected<RunOptions> parseRunOptions(int Argc, char **Argv) {
  if (cl::Option *LLVMStats = cl::getRegisteredOptions().lookup("stats"))
    LLVMStats->removeArgument();
  static CommandLine CL;
  cl::HideUnrelatedOptions(CL.Category);
  cl::SetVersionPrinter(printVersion);
  std::string Message;
  raw_string_ostream MessageStream(Message);
  if (!cl::ParseCommandLineOptions(
          Argc, Argv,
          "Runs a program of LLVM's with jitslab's memory manager\n",
          &MessageStream)) {
    // "<program>: <what>.  Try: ...", and guesses on further lines.
    StringRef Text = StringRef(MessageStream.str()).trim().split('\n').first;
    if (size_t Colon = Text.find(": "); Colon != StringRef::npos)
      Text = Text.substr(Colon + 2);
    return invalid(Text.split(".  Try:").first +
                   "; -help shows what is possible");
  }

  // What the environment has counts unless it is said anew.
  std::vector<std::string> Parts;
  if (const char *Given = std::getenv(OptionsVariable); Given && *Given)
    Parts.push_back(Given);
  std::string TooMany;
  auto AddValue = [&](const cl::opt<std::string> &O) {
    if (!O.getNumOccurrences())
      return;
    Parts.push_back((O.ArgStr + "=" + O).str());
    // It would be a further option in the environment.
    if (StringRef(O).contains(','))
      TooMany = Parts.back();
  };
  auto AddFlag = [&](const cl::opt<bool> &O) {
    if (O)
      Parts.push_back(O.ArgStr.str());
  };
  AddValue(CL.Layout);
  AddValue(CL.Window);
  AddValue(CL.Grow);
  AddValue(CL.Near);
  AddFlag(CL.HugePages);
  AddFlag(CL.Stats);
  AddFlag(CL.Verbose);

  if (!TooMany.empty())
    return invalid("--" + TooMany + ": a value has no comma");

  RunOptions O;
  O.Preload = join(Parts, ",");
  // Here a mistake can still be refused; the preload has to carry on.
  auto Parsed = PreloadOptions::parse(O.Preload);
  if (!Parsed)
    return Parsed.takeError();
  auto Tried = Arena::create(Parsed->arenaOptions());
  if (!Tried)
    return Tried.takeError();
  O.Verbose = Parsed->Verbose;
  O.Program = CL.Program;
  O.Arguments.assign(CL.Arguments.begin(), CL.Arguments.end());
  return O;
}

} // namespace jitslab
