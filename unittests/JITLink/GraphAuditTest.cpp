//===- GraphAuditTest.cpp - The audit of JITLink's graphs -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "JITLink/QuietPlugin.h"
#include "TestJIT.h"
#include "jitslab/JITLinkAudit.h"

using namespace jitslab;
using namespace llvm;

namespace {

/// Audits every graph: as the linker has left it, and then with one bit of each
/// relocation changed in turn.
class AuditingPlugin : public QuietPlugin {
public:
  size_t Checked = 0, Problems = 0, Changed = 0, Found = 0;

  void modifyPassConfig(orc::MaterializationResponsibility &,
                        jitlink::LinkGraph &,
                        jitlink::PassConfiguration &Config) override {
    Config.PostFixupPasses.push_back([this](jitlink::LinkGraph &G) {
      AuditResult Clean = auditGraph(G);
      Checked += Clean.Checked;
      Problems += Clean.Problems.size();
      for (jitlink::Block *B : G.blocks())
        for (const jitlink::Edge &E : B->edges())
          if (E.isRelocation() &&
              B->getSection().getMemLifetime() != orc::MemLifetime::NoAlloc)
            change(G, *B, E);
      return Error::success();
    });
  }

private:
  // Bit 10 belongs to the immediate of all AArch64 instructions, and to every
  // field of 2 bytes or more.
  void change(jitlink::LinkGraph &G, jitlink::Block &B,
              const jitlink::Edge &E) {
    char &Byte = B.getAlreadyMutableContent()[E.getOffset() + 1];
    Byte ^= 1 << 2;
    ++Changed;
    Found += auditGraph(G).Problems.size() == 1;
    Byte ^= 1 << 2;
  }
};

} // namespace

TEST_CASE("The audit of a graph finds every wrong relocation and no other") {
  auto Plugin = std::make_shared<AuditingPlugin>();
  auto Memory = arenaWith(Layout::PerProtection);
  auto JIT = valueOf(makeJIT(Memory));
  static_cast<orc::ObjectLinkingLayer &>(JIT->getObjLinkingLayer())
      .addPlugin(Plugin);
  REQUIRE_SUCCESS(addObjects(*JIT, {"first", "got"}));
  int Counter = 4711;
  REQUIRE_SUCCESS(JIT->getMainJITDylib().define(orc::absoluteSymbols(
      {{JIT->mangleAndIntern("host_counter"),
        {orc::ExecutorAddr::fromPtr(&Counter), JITSymbolFlags::Exported}}})));
  CHECK(valueOf(functionOf<int()>(*JIT, "read_counter"))() == 4711);
  CHECK(valueOf(functionOf<int(int)>(*JIT, "first"))(0) == 2);
  CHECK(Plugin->Problems == 0);
  CHECK(Plugin->Checked > 4);
  CHECK(Plugin->Changed == Plugin->Checked);
  CHECK(Plugin->Found == Plugin->Changed);
}
