//===- Execute.cpp - Calls into the loaded code ---------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Execute.h"
#include "Diagnostics.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <vector>

using namespace llvm;

namespace jitslab {

Expected<Entry> findEntry(Linker &L, const LoaderOptions &O) {
  std::vector<std::string> Names = {O.Entry};
  if (O.Entry.empty()) {
    // _main: targets that prefix symbols with an underscore, and llvm-rtdyld.
    Names = {"main", "_main"};
    if (O.ActAsLLVM)
      Names = {"_main"};
  }
  for (const std::string &Name : Names) {
    Expected<uint64_t> Address = L.findFunction(Name);
    if (!Address)
      return errorIn(O.InputFiles.front(),
                     "cannot execute: " + toString(Address.takeError()));
    if (*Address)
      return Entry{Name, *Address};
  }
  return errorIn(O.InputFiles.front(),
                 "cannot execute: no definition for '" + Names.front() +
                     (O.InputFiles.size() == 1
                          ? "'"
                          : "' in this file or the ones after it"));
}

int callEntry(const Entry &E, const LoaderOptions &O) {
  errs() << "loaded '" << E.Name
         << "' at: " << format_hex(E.Address, /*Width=*/0) << "\n";
  // Copies, because a program may change its arguments.
  std::vector<std::string> Strings = {O.InputFiles.front()};
  Strings.insert(Strings.end(), O.Arguments.begin(), O.Arguments.end());
  std::vector<char *> Argv;
  Argv.reserve(Strings.size() + 1);
  for (std::string &S : Strings)
    Argv.push_back(S.data());
  Argv.push_back(nullptr);

  auto *Main = reinterpret_cast<int (*)(int, char **)>(
      static_cast<uintptr_t>(E.Address));
  return Main(int(Strings.size()), Argv.data());
}

} // namespace jitslab
