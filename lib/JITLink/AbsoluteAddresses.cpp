//===- AbsoluteAddresses.cpp - Code without position independence ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AbsoluteAddresses.h"
#include "../Core/Errors.h"
#include "EdgeReach.h"

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

static Error tooFewBits(const LinkGraph &G, const Block &B, const Edge &E,
                        uint64_t Address) {
  return make_error<StringError>(
      "jitslab: " + G.getName() + ": section " + B.getSection().getName() +
          " has an absolute address of 32 bits (" +
          G.getEdgeKindName(E.getKind()) + "), and " + hexAddress(Address) +
          " does not fit; compile with -fPIC, or make an arena with "
          "ArenaOptions::Below",
      std::make_error_code(std::errc::result_out_of_range));
}

static Error check(LinkGraph &G, bool External) {
  for (const Section &S : G.sections()) {
    // Debug information has no memory.
    if (S.getMemLifetime() == orc::MemLifetime::NoAlloc)
      continue;
    for (const Block *B : S.blocks())
      for (const Edge &E : B->edges()) {
        const Symbol &Target = E.getTarget();
        uint64_t Address = Target.getAddress().getValue() + E.getAddend();
        if (Target.isExternal() == External &&
            !holdsAddress(G, E.getKind(), Address))
          return tooFewBits(G, *B, E, Address);
      }
  }
  return Error::success();
}

Error checkAbsoluteAddresses(LinkGraph &G) {
  return check(G, /*External=*/false);
}

static Error checkExternals(LinkGraph &G) {
  return check(G, /*External=*/true);
}

void AbsoluteAddressesPlugin::modifyPassConfig(
    orc::MaterializationResponsibility & /*MR*/, LinkGraph & /*G*/,
    PassConfiguration &Config) {
  Config.PreFixupPasses.push_back(checkExternals);
}

} // namespace jitslab
