//===- PreloadOptions.cpp - What JITSLAB_OPTIONS says ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PreloadOptions.h"
#include "ParseSize.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <sys/auxv.h>

using namespace llvm;

namespace jitslab {

static Error badOption(const Twine &What) {
  return make_error<StringError>(
      What + "; allowed: " + AllowedOptions,
      std::make_error_code(std::errc::invalid_argument));
}

static bool parseLayout(StringRef Name, Layout &L) {
  for (Layout Candidate :
       {Layout::PerObject, Layout::PerProtection, Layout::Dense}) {
    if (Name == layoutName(Candidate)) {
      L = Candidate;
      return true;
    }
  }
  return false;
}

static bool parseSwitch(StringRef Text, bool &Value) {
  Value = Text == "1";
  return Text == "0" || Text == "1";
}

Expected<PreloadOptions> PreloadOptions::parse(StringRef List) {
  PreloadOptions O;
  SmallVector<StringRef, 8> Parts;
  List.split(Parts, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef Part : Parts) {
    auto [Name, Value] = Part.split('=');
    bool HasValue = Name.size() != Part.size();
    bool Good;
    if (Name == "layout")
      Good = parseLayout(Value, O.ObjectLayout);
    else if (Name == "window")
      Good = parseSize(Value, O.WindowSize);
    else if (Name == "grow")
      Good = parseSwitch(Value, O.Grow);
    else if (Name == "near")
      Good = O.NearHost = Value == "host";
    else if (Name == "hugepages")
      Good = O.HugePages = !HasValue;
    else if (Name == "stats")
      Good = O.Stats = !HasValue;
    else if (Name == "verbose")
      Good = O.Verbose = !HasValue;
    else
      return badOption("unknown option '" + Part + "'");
    if (!Good)
      return badOption("bad option '" + Part + "'");
  }
  return O;
}

ArenaOptions PreloadOptions::arenaOptions() const {
  ArenaOptions O;
  O.ObjectLayout = ObjectLayout;
  O.WindowSize = WindowSize;
  O.Grow = Grow;
  O.HugePages = HugePages;
  // Where the kernel started the program, which lies in its code.
  if (NearHost)
    O.Near = static_cast<uintptr_t>(getauxval(AT_ENTRY));
  return O;
}

const char *layoutName(Layout L) {
  switch (L) {
  case Layout::PerObject:
    return "per-object";
  case Layout::PerProtection:
    return "per-protection";
  case Layout::Dense:
    return "dense";
  }
  return "unknown";
}

} // namespace jitslab
