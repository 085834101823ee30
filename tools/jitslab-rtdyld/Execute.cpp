//===- Execute.cpp - Calls into the loaded code ---------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Execute.h"
#include "Diagnostics.h"
#include <vector>

using namespace llvm;

namespace jitslab {

Expected<uint64_t> findEntry(const Loader &L, const LoaderOptions &O) {
  std::vector<StringRef> Names = {O.Entry};
  if (O.Entry.empty())
    // The second: targets that prefix symbols with an underscore.
    Names = {"main", "_main"};
  for (StringRef Name : Names) {
    Expected<uint64_t> Address = L.findFunction(Name);
    if (!Address)
      return errorIn(O.InputFiles.front(),
                     "cannot execute: " + toString(Address.takeError()));
    if (*Address)
      return Address;
  }
  return errorIn(O.InputFiles.front(),
                 "cannot execute: no definition of '" + Names.front() +
                     (O.InputFiles.size() == 1
                          ? "'"
                          : "' in this file or the ones after it"));
}

int callEntry(uint64_t Entry, const LoaderOptions &O) {
  // Copies, because a program may change its arguments.
  std::vector<std::string> Strings = {O.InputFiles.front()};
  Strings.insert(Strings.end(), O.Arguments.begin(), O.Arguments.end());
  std::vector<char *> Argv;
  for (std::string &S : Strings)
    Argv.push_back(S.data());
  Argv.push_back(nullptr);

  auto *Main =
      reinterpret_cast<int (*)(int, char **)>(static_cast<uintptr_t>(Entry));
  return Main(int(Strings.size()), Argv.data());
}

} // namespace jitslab
