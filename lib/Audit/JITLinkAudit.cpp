//===- JITLinkAudit.cpp - Did JITLink encode what it meant? ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/JITLinkAudit.h"
#include "../LLVMCompat.h"
#include "Formula.h"
#include "Judge.h"
#include "llvm/ExecutionEngine/JITLink/aarch64.h"
#include "llvm/ExecutionEngine/JITLink/x86_64.h"

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

namespace {

std::optional<RelocationKind> x86_64Kind(Edge::Kind K) {
  switch (K) {
  case x86_64::Pointer64:
    return RelocationKind{Formula::Absolute, Field::Word64, NoLimits};
  case x86_64::Pointer32:
    return RelocationKind{Formula::Absolute, Field::Word32, unsignedLimits(32)};
  case x86_64::Pointer32Signed:
    return RelocationKind{Formula::Absolute, Field::Word32, signedLimits(32)};
  case x86_64::Pointer16:
    return RelocationKind{Formula::Absolute, Field::Word16, unsignedLimits(16)};
  case x86_64::Pointer8:
    return RelocationKind{Formula::Absolute, Field::Word8, unsignedLimits(8)};
  case x86_64::Delta64:
    return RelocationKind{Formula::Relative, Field::Word64, NoLimits};
  case x86_64::Delta32:
    return RelocationKind{Formula::Relative, Field::Word32, signedLimits(32)};
  case x86_64::Delta8:
    return RelocationKind{Formula::Relative, Field::Word8, signedLimits(8)};
  case x86_64::NegDelta64:
    return RelocationKind{Formula::Negative, Field::Word64, NoLimits};
  case x86_64::NegDelta32:
    return RelocationKind{Formula::Negative, Field::Word32, signedLimits(32)};
  case x86_64::BranchPCRel32:
  case x86_64::BranchPCRel32ToPtrJumpStub:
  case x86_64::BranchPCRel32ToPtrJumpStubBypassable:
  case x86_64::PCRel32:
  case x86_64::PCRel32GOTLoadRelaxable:
  case x86_64::PCRel32GOTLoadREXRelaxable:
  case x86_64::PCRel32TLVPLoadREXRelaxable:
    return RelocationKind{Formula::RelativeToEnd, Field::Word32,
                          signedLimits(32)};
  default:
    return std::nullopt;
  }
}

std::optional<RelocationKind> aarch64Kind(Edge::Kind K) {
  switch (K) {
  case aarch64::Pointer64:
    return RelocationKind{Formula::Absolute, Field::Word64, NoLimits};
  case aarch64::Pointer32:
    return RelocationKind{Formula::Absolute, Field::Word32, unsignedLimits(32)};
  case aarch64::Delta64:
    return RelocationKind{Formula::Relative, Field::Word64, NoLimits};
  case aarch64::Delta32:
    return RelocationKind{Formula::Relative, Field::Word32, signedLimits(32)};
  case aarch64::NegDelta64:
    return RelocationKind{Formula::Negative, Field::Word64, NoLimits};
  case aarch64::NegDelta32:
    return RelocationKind{Formula::Negative, Field::Word32, signedLimits(32)};
  case aarch64::Branch26PCRel:
    return RelocationKind{Formula::Relative, Field::Branch26, signedLimits(28)};
  case aarch64::TestAndBranch14PCRel:
    return RelocationKind{Formula::Relative, Field::Imm14, signedLimits(16)};
  case aarch64::CondBranch19PCRel:
  case aarch64::LDRLiteral19:
    return RelocationKind{Formula::Relative, Field::Imm19, signedLimits(21)};
  case aarch64::ADRLiteral21:
    return RelocationKind{Formula::Relative, Field::Adr21, signedLimits(21)};
  case aarch64::MoveWide16:
    return RelocationKind{Formula::Absolute, Field::MoveWide16, NoLimits};
  case aarch64::Page21:
    return RelocationKind{Formula::Page, Field::Adrp21, signedLimits(33)};
  case aarch64::PageOffset12:
    return RelocationKind{Formula::PageOffset, Field::Imm12, NoLimits};
  default:
    return std::nullopt;
  }
}

std::string nameOf(const Symbol &S) {
  if (S.hasName())
#if JITSLAB_LLVM_SYMBOL_NAMES_ARE_POOLED
    return (*S.getName()).str();
#else
    return S.getName().str();
#endif
  return S.isDefined() ? S.getBlock().getSection().getName().str() : "";
}

std::optional<RelocationKind> kindOf(const LinkGraph &G, const Edge &E) {
  if (G.getTargetTriple().getArch() == Triple::x86_64)
    return x86_64Kind(E.getKind());
  if (G.getTargetTriple().getArch() == Triple::aarch64)
    return aarch64Kind(E.getKind());
  return std::nullopt;
}

void auditEdge(AuditResult &Result, const LinkGraph &G, const Block &B,
               const Edge &E, uint64_t SectionBegin) {
  std::optional<RelocationKind> Kind = kindOf(G, E);
  if (!Kind || B.isZeroFill() ||
      E.getOffset() + sizeOf(Kind->Where) > B.getSize()) {
    ++Result.NotChecked;
    return;
  }
  uint64_t Place = B.getAddress().getValue() + E.getOffset();
  RelocationUse Use;
  Use.Section = B.getSection().getName().str();
  Use.Offset = Place - SectionBegin;
  Use.Type = G.getEdgeKindName(E.getKind());
  Use.Target = nameOf(E.getTarget());
  Use.Min = Kind->Range.Min;
  Use.Max = Kind->Range.Max;
  Use.IsAbsolute = Kind->Computes == Formula::Absolute;
  auto *Bytes = reinterpret_cast<const uint8_t *>(B.getContent().data());
  uint64_t Target = E.getTarget().getAddress().getValue();
  judge(Result, Kind->Where, Bytes + E.getOffset(), std::move(Use),
        {*compute(Kind->Computes, Target, E.getAddend(), Place)});
}

} // namespace
} // namespace jitslab

jitslab::AuditResult jitslab::auditGraph(LinkGraph &G) {
  AuditResult Result;
  for (Section &S : G.sections()) {
    // Metadata and debug information have no memory.
    if (S.getMemLifetime() == orc::MemLifetime::NoAlloc)
      continue;
    SectionRange Range(S);
    for (const Block *B : S.blocks())
      for (const Edge &E : B->edges())
        if (E.isRelocation())
          auditEdge(Result, G, *B, E, Range.getStart().getValue());
  }
  return Result;
}
