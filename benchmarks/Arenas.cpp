//===- Arenas.cpp - The arenas to compare ---------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arenas.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace jitslab::bench {

static NamedArenaOptions arena(std::string Name, Layout L, bool Huge = false) {
  ArenaOptions Options;
  Options.ObjectLayout = L;
  Options.HugePages = Huge;
  return {std::move(Name), Options};
}

static std::vector<NamedArenaOptions> tryAll() {
  std::vector<NamedArenaOptions> Working;
  for (NamedArenaOptions &A :
       std::vector{arena("per-object", Layout::PerObject),
                   arena("per-protection", Layout::PerProtection),
                   arena("dense", Layout::Dense),
                   arena("dense-huge", Layout::Dense, /*Huge=*/true)}) {
    if (auto Created = Arena::create(A.Options))
      Working.push_back(A);
    else
      errs() << "jitslab-bench: " << A.Name
             << " is left out: " << toString(Created.takeError()) << '\n';
  }
  return Working;
}

const std::vector<NamedArenaOptions> &workingArenas() {
  static const std::vector<NamedArenaOptions> Working = tryAll();
  return Working;
}

} // namespace jitslab::bench
