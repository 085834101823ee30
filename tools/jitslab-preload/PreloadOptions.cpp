//===- PreloadOptions.cpp - How a user configures the preload -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PreloadOptions.h"
#include "Core/LayoutNames.h"
#include "ParseSize.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <sys/auxv.h>

using namespace llvm;

namespace jitslab {

namespace {
struct Option {
  std::string Name;
  /// How its value is written; empty if it has none.
  std::string Value;
  /// What more there is to say of its value.
  std::string Remark;
  std::string Help;
  /// \returns false if there is no such value.
  bool (*Set)(PreloadOptions &O, StringRef Value);
};
} // namespace

static const std::vector<Option> &options() {
  static const std::vector<Option> All = {
      {"layout", layoutNames("|"), "",
       ("How objects lie in memory; default: " +
        layoutName(PreloadOptions().ObjectLayout))
           .str(),
       [](PreloadOptions &O, StringRef Value) {
         std::optional<Layout> L = layoutByName(Value);
         O.ObjectLayout = L.value_or(O.ObjectLayout);
         return L.has_value();
       }},
      {"window", "SIZE", "with K, M or G, for example 1G",
       "Size of a window; default: just under 2G",
       [](PreloadOptions &O, StringRef Value) {
         return parseSize(Value, O.WindowSize);
       }},
      {"grow", "0|1", "",
       "1: add windows (default); 0: one window, strict reach",
       [](PreloadOptions &O, StringRef Value) {
         O.Grow = Value == "1";
         return Value == "0" || Value == "1";
       }},
      {"near", "host", "", "Windows near the program's own code",
       [](PreloadOptions &O, StringRef Value) {
         return O.NearHost = Value == "host";
       }},
      {"below", "ADDRESS", "for example 2G or 0x80000000",
       "Windows wholly below an address: 2G for code that is not "
       "position-independent",
       [](PreloadOptions &O, StringRef Value) {
         return parseAddress(Value, O.Below);
       }},
      {"hugepages", "", "", "Ask for transparent huge pages",
       [](PreloadOptions &O, StringRef) { return O.HugePages = true; }},
      {"frames", "0|1", "",
       "1: C++ exceptions pass through (default); 0: frames are unknown",
       [](PreloadOptions &O, StringRef Value) {
         O.RegisterFrames = Value == "1";
         return Value == "0" || Value == "1";
       }},
      {StatsOption, "", "", "Print a line to stderr when the program exits",
       [](PreloadOptions &O, StringRef) { return O.Stats = true; }},
      {VerboseOption, "", "", "Say on stderr what is served and what is not",
       [](PreloadOptions &O, StringRef) { return O.Verbose = true; }}};
  return All;
}

static const Option *find(StringRef Name) {
  auto Found =
      find_if(options(), [&](const Option &O) { return Name == O.Name; });
  return Found == options().end() ? nullptr : &*Found;
}

static Error badOption(const Twine &What) {
  return make_error<StringError>(
      What + "; allowed: " + allowedOptions(),
      std::make_error_code(std::errc::invalid_argument));
}

Expected<PreloadOptions> PreloadOptions::parse(StringRef List) {
  PreloadOptions Result;
  SmallVector<StringRef, 8> Parts;
  List.split(Parts, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef Part : Parts) {
    auto [Name, Value] = Part.split('=');
    const Option *O = find(Name);
    if (!O)
      return badOption("unknown option '" + Part + "'");
    bool HasValue = Name.size() != Part.size();
    if (HasValue == O->Value.empty() || !O->Set(Result, Value))
      return badOption("bad option '" + Part + "'");
  }
  return Result;
}

bool takesValue(StringRef Name) {
  const Option *O = find(Name);
  return O && !O->Value.empty();
}

std::string allowedOptions() {
  std::string Text;
  for (const Option &O : options()) {
    Text += O.Name;
    if (!O.Value.empty())
      Text += "=" + O.Value;
    if (!O.Remark.empty())
      Text += " (" + O.Remark + ")";
    Text += &O == &options().back() ? "; separated by commas" : ", ";
  }
  return Text;
}

void printOptions(raw_ostream &OS) {
  auto FormOf = [](const Option &O) {
    return "--" + O.Name + (O.Value.empty() ? "" : "=") + O.Value;
  };
  size_t Width = 0;
  for (const Option &O : options())
    Width = std::max(Width, FormOf(O).size() + 2);
  for (const Option &O : options()) {
    std::string Remark = O.Remark.empty() ? "" : " (" + O.Remark + ")";
    OS << "  " << left_justify(FormOf(O), Width) << O.Help << Remark << '\n';
  }
}

ArenaOptions PreloadOptions::arenaOptions() const {
  ArenaOptions O;
  O.ObjectLayout = ObjectLayout;
  O.WindowSize = WindowSize;
  O.Grow = Grow;
  O.HugePages = HugePages;
  O.RegisterFrames = RegisterFrames;
  O.Below = Below;
  // Where the kernel started the program, which lies in its code.
  if (NearHost)
    O.Near = static_cast<uintptr_t>(getauxval(AT_ENTRY));
  return O;
}

} // namespace jitslab
