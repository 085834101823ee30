//===- RunOptions.cpp - The command line of jitslab-run -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunOptions.h"
#include "PreloadOptions.h"
#include "jitslab/Version.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

using namespace llvm;

namespace jitslab {

static Error invalid(const Twine &What) {
  return make_error<StringError>(
      What + "; --help shows what is possible",
      std::make_error_code(std::errc::invalid_argument));
}

static constexpr char Usage[] = "jitslab-run [OPTIONS] PROGRAM [ARGUMENTS...]";

static void printHelp() {
  outs() << "Runs a program of LLVM's with jitslab's memory manager.\n\n"
            "Usage: "
         << Usage << "\n\n";
  printOptions(outs());
  outs()
      << "  --help\n  --version\n\n"
      << OptionsVariable
      << " in the environment has the same options, without dashes and with\n"
         "commas between them; what the command line says comes after it.\n";
}

static void printVersion() {
  outs() << "jitslab-run " JITSLAB_VERSION_STRING
            ", built with LLVM " LLVM_VERSION_STRING "\n";
}

/// Ends the process if it is asked for what \p Print prints.
static void answer(StringRef Option, StringRef Asked, void (*Print)()) {
  if (Option != Asked)
    return;
  Print();
  outs().flush();
  std::exit(0);
}

Expected<RunOptions> parseRunOptions(ArrayRef<char *> Arguments) {
  // What the environment has counts unless it is said anew.
  std::vector<std::string> Parts;
  if (const char *Given = std::getenv(OptionsVariable); Given && *Given)
    Parts.push_back(Given);

  for (StringRef Option; !Arguments.empty();) {
    Option = Arguments.front();
    if (!Option.consume_front("-"))
      break;
    Option.consume_front("-");
    Arguments = Arguments.drop_front();
    answer(Option, "help", printHelp);
    answer(Option, "version", printVersion);
    std::string Part = Option.str();
    if (takesValue(Option)) {
      if (Arguments.empty())
        return invalid("--" + Option + " needs a value");
      Part += "=" + std::string(Arguments.front());
      Arguments = Arguments.drop_front();
    }
    // It would be a further option in the environment.
    if (StringRef(Part).contains(','))
      return invalid("--" + Part + ": a value has no comma");
    Parts.push_back(std::move(Part));
  }
  if (Arguments.empty())
    return invalid(Twine("there is no PROGRAM; usage: ") + Usage);

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
  O.Program = Arguments.front();
  O.Arguments.assign(Arguments.begin() + 1, Arguments.end());
  return O;
}

} // namespace jitslab
