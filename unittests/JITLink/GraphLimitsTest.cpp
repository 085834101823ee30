//===- GraphLimitsTest.cpp - The audit of graphs at the limits of edges ---===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// Graphs of one edge, whose block and target are where the test wants them,
/// for both architectures on any machine. Nothing is linked or run: JITLink's
/// applyFixup encodes what it takes for encodable. The limits are written here
/// as the ABIs have them, in bytes.
///
//===----------------------------------------------------------------------===//

#include "Support/Catch.h"
#include "TestGraph.h"
#include "jitslab/JITLinkAudit.h"
#include "llvm/ExecutionEngine/JITLink/aarch64.h"
#include "llvm/ExecutionEngine/JITLink/x86_64.h"
#include "llvm/Support/Endian.h"

using namespace jitslab;
using namespace llvm;
using namespace llvm::jitlink;

namespace {

/// What is encoded.
enum class Counts {
  Address,
  /// From the block to the target.
  Distance,
  /// The same from the end of the four bytes.
  FromEnd,
  /// From the target to the block.
  Back
};

struct Case {
  const char *Arch;
  const char *Name;
  Edge::Kind Kind;
  Counts What;
  int64_t Min, Max;
  int64_t Unit = 1;
  /// What is in memory before, an instruction of AArch64.
  uint32_t Instruction = 0;
};

constexpr int64_t KiB = 1 << 10, MiB = 1 << 20, GiB = 1 << 30;

#define X86_64(Kind) "x86_64", #Kind, x86_64::Kind
#define AARCH64(Kind) "aarch64", #Kind, aarch64::Kind
const Case Cases[] = {
    {X86_64(Pointer32), Counts::Address, 0, 4 * GiB - 1},
    {X86_64(Pointer32Signed), Counts::Address, -2 * GiB, 2 * GiB - 1},
    {X86_64(Pointer16), Counts::Address, 0, 64 * KiB - 1},
    {X86_64(Pointer8), Counts::Address, 0, 255},
    {X86_64(Delta32), Counts::Distance, -2 * GiB, 2 * GiB - 1},
    {X86_64(Delta8), Counts::Distance, -128, 127},
    {X86_64(NegDelta32), Counts::Back, -2 * GiB, 2 * GiB - 1},
    {X86_64(PCRel32), Counts::FromEnd, -2 * GiB, 2 * GiB - 1},
    {X86_64(BranchPCRel32), Counts::FromEnd, -2 * GiB, 2 * GiB - 1},
    {AARCH64(Pointer32), Counts::Address, 0, 4 * GiB - 1},
    {AARCH64(Delta32), Counts::Distance, -2 * GiB, 2 * GiB - 1},
    {AARCH64(NegDelta32), Counts::Back, -2 * GiB, 2 * GiB - 1},
    {AARCH64(Branch26PCRel), Counts::Distance, -128 * MiB, 128 * MiB - 4, 4,
     0x14000000}, // b
    {AARCH64(CondBranch19PCRel), Counts::Distance, -MiB, MiB - 4, 4,
     0x54000000}, // b.eq
    {AARCH64(TestAndBranch14PCRel), Counts::Distance, -32 * KiB, 32 * KiB - 4,
     4, 0x36000000}, // tbz w0, #0
    {AARCH64(LDRLiteral19), Counts::Distance, -MiB, MiB - 4, 4,
     0x58000000}, // ldr x0
    {AARCH64(ADRLiteral21), Counts::Distance, -MiB, MiB - 1, 1,
     0x10000000}, // adr x0
    {AARCH64(Page21), Counts::Distance, -4 * GiB, 4 * GiB - 4 * KiB, 4 * KiB,
     0x90000000}, // adrp x0
};
#undef X86_64
#undef AARCH64

// The signature differs between LLVM versions.
template <typename Fn>
Error callFixup(Fn *Fixup, LinkGraph &G, Block &B, const Edge &E) {
  if constexpr (std::is_invocable_v<Fn, LinkGraph &, Block &, const Edge &,
                                    const Symbol *>)
    return Fixup(G, B, E, nullptr);
  else
    return Fixup(G, B, E);
}

/// A block with one edge.
class OneEdge {
public:
  /// \p Value is what ought to be encoded. A part of it may be in the addend.
  OneEdge(const Case &C, int64_t Value, int64_t Addend = 0)
      : G(makeGraph("limits", std::make_shared<orc::SymbolStringPool>(),
                    Triple(C.Arch, "unknown", "linux", "gnu"))),
        From(addSection(*G, ".from", RX, 4)) {
    constexpr uint64_t Place = 0x7f0000000000;
    From.setAddress(orc::ExecutorAddr(Place));
    support::endian::write32le(From.getMutableContent(*G).data(),
                               C.Instruction);
    uint64_t Target = 0;
    switch (C.What) {
    case Counts::Address:
      Target = Value - Addend;
      break;
    case Counts::Distance:
      Target = Place + Value - Addend;
      break;
    case Counts::FromEnd:
      Target = Place + 4 + Value - Addend;
      break;
    case Counts::Back:
      Target = Place - Value + Addend;
      break;
    }
    Block &To = addZeros(*G, ".to", RW, 0, orc::MemLifetime::Standard, 1);
    To.setAddress(orc::ExecutorAddr(Target));
    From.addEdge(C.Kind, 0, G->addAnonymousSymbol(To, 0, 0, false, true),
                 Addend);
  }

  /// Encodes it as JITLink does. \returns whether it could.
  bool link() {
    const Edge &E = *From.edges().begin();
    Error Err = G->getTargetTriple().isAArch64()
                    ? callFixup(aarch64::applyFixup, *G, From, E)
                    : callFixup(x86_64::applyFixup, *G, From, E);
    bool Linked = !Err;
    consumeError(std::move(Err));
    return Linked;
  }

  /// What the audit finds; it checks one relocation.
  std::vector<RelocationProblem> problems() {
    AuditResult Result = auditGraph(*G);
    CHECK(Result.Checked == 1);
    CHECK(Result.NotChecked == 0);
    return std::move(Result.Problems);
  }

private:
  std::unique_ptr<LinkGraph> G;
  Block &From;
};

} // namespace

TEST_CASE("An edge is right up to its limits, and wrong when it is not "
          "encoded") {
  for (const Case &C : Cases)
    for (int64_t Value : {C.Min, -C.Unit, int64_t(0), C.Unit, C.Max})
      for (int64_t Addend : {0, 4 * 4096, -4 * 4096}) {
        if (Value < C.Min)
          continue;
        INFO(C.Arch << " " << C.Name << " " << Value << ", addend " << Addend);
        OneEdge One(C, Value, Addend);
        auto Before = One.problems();
        REQUIRE(Before.size() == (Value == 0 ? 0 : 1));
        if (Value != 0) {
          CHECK(Before[0].What == RelocationProblem::WrongEncoding);
          CHECK(Before[0].Distance == Value);
          CHECK(Before[0].Encoded == 0);
        }
        REQUIRE(One.link());
        CHECK(One.problems().empty());
      }
}

TEST_CASE("An edge is out of range one past its limits") {
  for (const Case &C : Cases)
    for (int64_t Value : {C.Min - C.Unit, C.Max + C.Unit}) {
      INFO(C.Arch << " " << C.Name << " " << Value);
      OneEdge One(C, Value);
      CHECK_FALSE(One.link());
      auto Problems = One.problems();
      REQUIRE(Problems.size() == 1);
      CHECK(Problems[0].What == RelocationProblem::OutOfRange);
      CHECK(Problems[0].Distance == Value);
      CHECK(Problems[0].Min == C.Min);
      // Of AArch64's branches the last byte, not the last unit.
      CHECK(Problems[0].Max == C.Max + C.Unit - 1);
      CHECK(Problems[0].Offset == 0);
    }
}

TEST_CASE("An edge to no multiple of what it counts in is misaligned") {
  for (const Case &C : Cases) {
    // The rest of an address is no part of its page.
    if (C.Unit != 4)
      continue;
    INFO(C.Arch << " " << C.Name);
    for (int64_t Value : {C.Min + 2, int64_t(-2), int64_t(2), C.Max - 2}) {
      OneEdge One(C, Value);
      CHECK_FALSE(One.link());
      auto Problems = One.problems();
      REQUIRE(Problems.size() == 1);
      CHECK(Problems[0].What == RelocationProblem::Misaligned);
      CHECK(Problems[0].Distance == Value);
    }
  }
}
