//===- GOTPCRELXFixPlugin.cpp - JITLink relaxes calls wrongly -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/GOTPCRELXFixPlugin.h"
#include "llvm/ExecutionEngine/JITLink/x86_64.h"

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

namespace {

// Intel SDM vol. 2: CALL r/m64 is FF /2, JMP r/m64 is FF /4, both here with
// ModRM 00 reg 101 (RIP-relative); NOP is 90.
constexpr uint8_t IndirectOpcode = 0xFF;
constexpr uint8_t CallModRM = 0x15;
constexpr uint8_t JumpModRM = 0x25;

/// An indirect call or jump through the GOT, before JITLink looked at it.
struct IndirectBranch {
  Block *Holder;
  size_t EdgeIndex;
  Edge Original;
  uint8_t ModRM;
};

using Branches = std::vector<IndirectBranch>;

bool isGOTLoad(const Edge &E) {
  return E.getKind() == x86_64::PCRel32GOTLoadRelaxable ||
         E.getKind() == x86_64::PCRel32GOTLoadREXRelaxable;
}

/// Notes down what JITLink may rewrite.
Branches collect(LinkGraph &G) {
  Branches Result;
  for (Block *B : G.blocks()) {
    size_t Index = 0;
    for (const Edge &E : B->edges()) {
      size_t I = Index++;
      if (!isGOTLoad(E) || E.getOffset() < 2)
        continue;
      auto *Operand =
          reinterpret_cast<const uint8_t *>(B->getContent().data()) +
          E.getOffset();
      uint8_t ModRM = Operand[-1];
      if (Operand[-2] == IndirectOpcode &&
          (ModRM == CallModRM || ModRM == JumpModRM))
        Result.push_back({B, I, E, ModRM});
    }
  }
  return Result;
}

bool reaches(const Block &B, const Edge &E) {
  // As x86_64::applyFixup computes BranchPCRel32.
  int64_t Distance = E.getTarget().getAddress() -
                     (B.getAddress() + E.getOffset() + 4) + E.getAddend();
  return isInt<32>(Distance);
}

void restore(LinkGraph &G, const IndirectBranch &Branch, Edge &E) {
  MutableArrayRef<char> Content = Branch.Holder->getMutableContent(G);
  size_t Operand = Branch.Original.getOffset();
  Content[Operand - 2] = static_cast<char>(IndirectOpcode);
  Content[Operand - 1] = static_cast<char>(Branch.ModRM);
  E = Branch.Original;
}

Error repair(LinkGraph &G, const Branches &Noted) {
  for (const IndirectBranch &Branch : Noted) {
    Edge &E = *std::next(Branch.Holder->edges().begin(), Branch.EdgeIndex);
    if (E.getKind() != x86_64::Pointer32)
      continue; // Not rewritten, or correctly: this defect is gone.
    if (reaches(*Branch.Holder, E))
      E.setKind(x86_64::BranchPCRel32);
    else
      restore(G, Branch, E);
  }
  return Error::success();
}

} // namespace

void GOTPCRELXFixPlugin::modifyPassConfig(
    orc::MaterializationResponsibility & /*MR*/, LinkGraph &G,
    PassConfiguration &Config) {
  if (G.getTargetTriple().getArch() != Triple::x86_64)
    return;
  // JITLink's pass is among these already.
  auto Noted = std::make_shared<Branches>();
  Config.PreFixupPasses.insert(Config.PreFixupPasses.begin(),
                               [Noted](LinkGraph &G) {
                                 *Noted = collect(G);
                                 return Error::success();
                               });
  Config.PreFixupPasses.push_back(
      [Noted](LinkGraph &G) { return repair(G, *Noted); });
}

} // namespace jitslab
