//===- JITLinkAudit.cpp - Did JITLink encode what it meant? ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/JITLinkAudit.h"
#include "../LLVMCompat.h"
#include "Judge.h"
#include "llvm/ExecutionEngine/JITLink/aarch64.h"
#include "llvm/ExecutionEngine/JITLink/x86_64.h"

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

namespace {

enum class Value : uint8_t {
  /// Target + addend
  Absolute,
  /// Target + addend - place
  Relative,
  /// The same, counted from the end of the four bytes.
  RelativeToEnd,
  /// Place - target + addend
  Negative,
  Page,
  PageOffset
};

struct EdgeKind {
  Value What;
  Field Where;
  Limits Range;
};

std::optional<EdgeKind> x86_64Kind(Edge::Kind K) {
  switch (K) {
  case x86_64::Pointer64:
    return EdgeKind{Value::Absolute, Field::Word64, NoLimits};
  case x86_64::Pointer32:
    return EdgeKind{Value::Absolute, Field::Word32, unsignedLimits(32)};
  case x86_64::Pointer32Signed:
    return EdgeKind{Value::Absolute, Field::Word32, signedLimits(32)};
  case x86_64::Pointer16:
    return EdgeKind{Value::Absolute, Field::Word16, unsignedLimits(16)};
  case x86_64::Pointer8:
    return EdgeKind{Value::Absolute, Field::Word8, unsignedLimits(8)};
  case x86_64::Delta64:
    return EdgeKind{Value::Relative, Field::Word64, NoLimits};
  case x86_64::Delta32:
    return EdgeKind{Value::Relative, Field::Word32, signedLimits(32)};
  case x86_64::Delta8:
    return EdgeKind{Value::Relative, Field::Word8, signedLimits(8)};
  case x86_64::NegDelta64:
    return EdgeKind{Value::Negative, Field::Word64, NoLimits};
  case x86_64::NegDelta32:
    return EdgeKind{Value::Negative, Field::Word32, signedLimits(32)};
  case x86_64::BranchPCRel32:
  case x86_64::BranchPCRel32ToPtrJumpStub:
  case x86_64::BranchPCRel32ToPtrJumpStubBypassable:
  case x86_64::PCRel32:
  case x86_64::PCRel32GOTLoadRelaxable:
  case x86_64::PCRel32GOTLoadREXRelaxable:
  case x86_64::PCRel32TLVPLoadREXRelaxable:
    return EdgeKind{Value::RelativeToEnd, Field::Word32, signedLimits(32)};
  default:
    return std::nullopt;
  }
}

std::optional<EdgeKind> aarch64Kind(Edge::Kind K) {
  switch (K) {
  case aarch64::Pointer64:
    return EdgeKind{Value::Absolute, Field::Word64, NoLimits};
  case aarch64::Pointer32:
    return EdgeKind{Value::Absolute, Field::Word32, unsignedLimits(32)};
  case aarch64::Delta64:
    return EdgeKind{Value::Relative, Field::Word64, NoLimits};
  case aarch64::Delta32:
    return EdgeKind{Value::Relative, Field::Word32, signedLimits(32)};
  case aarch64::NegDelta64:
    return EdgeKind{Value::Negative, Field::Word64, NoLimits};
  case aarch64::NegDelta32:
    return EdgeKind{Value::Negative, Field::Word32, signedLimits(32)};
  case aarch64::Branch26PCRel:
    return EdgeKind{Value::Relative, Field::Branch26, signedLimits(28)};
  case aarch64::TestAndBranch14PCRel:
    return EdgeKind{Value::Relative, Field::Imm14, signedLimits(16)};
  case aarch64::CondBranch19PCRel:
  case aarch64::LDRLiteral19:
    return EdgeKind{Value::Relative, Field::Imm19, signedLimits(21)};
  case aarch64::ADRLiteral21:
    return EdgeKind{Value::Relative, Field::Adr21, signedLimits(21)};
  case aarch64::MoveWide16:
    return EdgeKind{Value::Absolute, Field::MoveWide16, NoLimits};
  case aarch64::Page21:
    return EdgeKind{Value::Page, Field::Adrp21, signedLimits(33)};
  case aarch64::PageOffset12:
    return EdgeKind{Value::PageOffset, Field::Imm12, NoLimits};
  default:
    return std::nullopt;
  }
}

int64_t valueOf(Value What, uint64_t Target, int64_t Addend, uint64_t Place) {
  constexpr uint64_t PageMask = ~uint64_t(0xfff);
  switch (What) {
  case Value::Absolute:
    return Target + Addend;
  case Value::Relative:
    return Target + Addend - Place;
  case Value::RelativeToEnd:
    return Target + Addend - (Place + 4);
  case Value::Negative:
    return Place - Target + Addend;
  case Value::Page:
    return ((Target + Addend) & PageMask) - (Place & PageMask);
  case Value::PageOffset:
    return (Target + Addend) & ~PageMask;
  }
  return 0;
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

std::optional<EdgeKind> kindOf(const LinkGraph &G, const Edge &E) {
  if (G.getTargetTriple().getArch() == Triple::x86_64)
    return x86_64Kind(E.getKind());
  if (G.getTargetTriple().getArch() == Triple::aarch64)
    return aarch64Kind(E.getKind());
  return std::nullopt;
}

void auditEdge(AuditResult &Result, const LinkGraph &G, const Block &B,
               const Edge &E, uint64_t SectionBegin) {
  std::optional<EdgeKind> Kind = kindOf(G, E);
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
  auto *Bytes = reinterpret_cast<const uint8_t *>(B.getContent().data());
  uint64_t Target = E.getTarget().getAddress().getValue();
  judge(Result, Kind->Where, Bytes + E.getOffset(), std::move(Use),
        {valueOf(Kind->What, Target, E.getAddend(), Place)});
}

} // namespace

AuditResult auditGraph(LinkGraph &G) {
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

} // namespace jitslab
