//===- Arenas.cpp - The arenas to compare ---------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arenas.h"
#include "Core/LayoutNames.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace jitslab::bench {

static std::vector<NamedArenaOptions> all() {
  std::vector<NamedArenaOptions> Arenas;
  ArenaOptions Options;
  for (const NamedLayout &L : AllLayouts) {
    Options.ObjectLayout = L.Value;
    Arenas.push_back({L.Name.str(), Options});
  }
  Options.ObjectLayout = Layout::Dense;
  Options.HugePages = true;
  Arenas.push_back({"dense-huge", Options});
  return Arenas;
}

static std::vector<NamedArenaOptions> tryAll() {
  std::vector<NamedArenaOptions> Working;
  for (const NamedArenaOptions &A : all()) {
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
