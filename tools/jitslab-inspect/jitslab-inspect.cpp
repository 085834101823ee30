//===- jitslab-inspect.cpp - Arenas of another process --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ParseSize.h"
#include "Report.h"
#include "jitslab/Version.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>
#include <optional>

using namespace llvm;
using namespace jitslab;

static constexpr char Usage[] = "jitslab-inspect [OPTIONS] PID|CORE-FILE";

static constexpr char Help[] =
    "Shows what jitslab has in a process, which goes on, or had in one that\n"
    "has left a core file.\n"
    "\n"
    "Usage: jitslab-inspect [OPTIONS] PID|CORE-FILE\n"
    "\n"
    "  --format=table|json|svg  how it is printed; a table is the default\n"
    "  --largest=NUMBER         how many of the largest segments; 10 is the "
    "default\n"
    "  --address=ADDRESS        only what has this address, or had it before "
    "it was\n"
    "                           freed\n"
    "  --help\n"
    "  --version\n";

namespace {

enum class OutputFormat { Table, JSON, SVG };

struct Options {
  OutputFormat Format = OutputFormat::Table;
  size_t Largest = 10;
  std::optional<uint64_t> Address;
  std::string Process;
};

} // namespace

static Error invalid(const Twine &What) {
  return make_error<StringError>(What + "; --help shows what is possible",
                                 inconvertibleErrorCode());
}

[[noreturn]] static void answer(const Twine &Text) {
  outs() << Text;
  outs().flush();
  std::exit(0);
}

static Error parseOption(StringRef Option, Options &O) {
  auto [Name, Value] = Option.split('=');
  if (Name == "help")
    answer(Help);
  if (Name == "version")
    answer("jitslab-inspect " JITSLAB_VERSION_STRING "\n");
  if (Name == "format") {
    if (Value != "table" && Value != "json" && Value != "svg")
      return invalid("--format is '" + Value + "', not table, json or svg");
    O.Format = Value == "table"  ? OutputFormat::Table
               : Value == "json" ? OutputFormat::JSON
                                 : OutputFormat::SVG;
    return Error::success();
  }
  if (Name == "largest")
    return Value.getAsInteger(10, O.Largest)
               ? invalid("--largest is '" + Value + "', which is no number")
               : Error::success();
  if (Name == "address") {
    uint64_t Address;
    if (Value.getAsInteger(0, Address))
      return invalid("--address is '" + Value + "', which is no address");
    O.Address = Address;
    return Error::success();
  }
  return invalid("there is no option '--" + Name + "'");
}

static Expected<Options> parse(ArrayRef<char *> Arguments) {
  Options O;
  for (StringRef Argument : Arguments) {
    if (Argument.size() > 1 && Argument.consume_front("-")) {
      Argument.consume_front("-");
      if (Error Err = parseOption(Argument, O))
        return Err;
    } else if (O.Process.empty()) {
      O.Process = Argument.str();
    } else {
      return invalid("one process at a time; usage: " + Twine(Usage));
    }
  }
  if (O.Process.empty())
    return invalid("which process? usage: " + Twine(Usage));
  return O;
}

static Error run(ArrayRef<char *> Arguments) {
  auto O = parse(Arguments);
  if (!O)
    return O.takeError();
  auto Memory = openProcess(O->Process);
  if (!Memory)
    return Memory.takeError();
  auto R = readReport(**Memory);
  if (!R)
    return R.takeError();
  if (O->Address)
    printLocation(outs(), *R, *O->Address);
  else if (O->Format == OutputFormat::JSON)
    printJSON(outs(), *R, O->Largest);
  else if (O->Format == OutputFormat::SVG)
    printSVG(outs(), *R);
  else
    printTable(outs(), *R, O->Largest);
  return Error::success();
}

int main(int Argc, char **Argv) {
  Error Err = run(ArrayRef<char *>(Argv, Argc).drop_front());
  outs().flush();
  if (!Err)
    return 0;
  errs() << "jitslab-inspect: error: " << toString(std::move(Err)) << '\n';
  return 1;
}
