//===- LayerPeersTest.cpp - What users of ORC's linking layer count on ----===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// docs/compatibility.md says which of LLVM's promises these tests keep.
//
//===----------------------------------------------------------------------===//

#include "JITLink/QuietPlugin.h"
#include "LLVMCompat.h"
#include "Support/Layouts.h"
#include "TestGraph.h"
#include "TestJIT.h"
#if JITSLAB_LLVM_HAS_REDIRECTABLE_SYMBOLS
#include "llvm/ExecutionEngine/Orc/JITLinkRedirectableSymbolManager.h"
#endif

using namespace jitslab;
using namespace llvm;
using namespace llvm::jitlink;
using orc::MemProt;

namespace {

orc::ObjectLinkingLayer &layerOf(orc::LLJIT &JIT) {
  return static_cast<orc::ObjectLinkingLayer &>(JIT.getObjLinkingLayer());
}

/// A graph that defines \p Name as the 32 bits 4711.
std::unique_ptr<LinkGraph> graphOf(orc::LLJIT &JIT, const std::string &Name) {
  auto G = makeGraph("graph", JIT.getExecutionSession().getSymbolStringPool());
  Section &S = G->createSection(".data", RW);
  auto Content = G->allocateBuffer(sizeof(int32_t));
  const int32_t Value = 4711;
  memcpy(Content.data(), &Value, sizeof(Value));
  Block &B =
      G->createMutableContentBlock(S, Content, orc::ExecutorAddr(), 4, 0);
  // Up to LLVM 19 a graph does not keep names.
  auto Kept = G->allocateContent(Twine(Name));
  G->addDefinedSymbol(B, 0, StringRef(Kept.data(), Kept.size()), sizeof(Value),
                      Linkage::Strong, Scope::Default, false, true);
  return G;
}

/// Adds a pass to the links of a layer.
class PassPlugin : public QuietPlugin {
public:
  enum class When { BeforePruning, AfterAllocation };
  PassPlugin(When Where, std::function<Error(LinkGraph &)> Pass)
      : Where(Where), Pass(std::move(Pass)) {}

  size_t Failures = 0;

  void modifyPassConfig(orc::MaterializationResponsibility &, LinkGraph &,
                        PassConfiguration &Config) override {
    auto &Passes = Where == When::BeforePruning ? Config.PrePrunePasses
                                                : Config.PostAllocationPasses;
    Passes.insert(Passes.begin(), Pass);
  }
  Error notifyFailed(orc::MaterializationResponsibility &) override {
    ++Failures;
    return Error::success();
  }

private:
  When Where;
  std::function<Error(LinkGraph &)> Pass;
};

} // namespace

TEST_CASE("A graph that a host made is linked like an object") {
  auto JIT = valueOf(makeJIT(anyArena()));
  REQUIRE_SUCCESS(
      layerOf(*JIT).add(JIT->getMainJITDylib(), graphOf(*JIT, "number")));
  CHECK(*valueOf(JIT->lookup("number")).toPtr<int32_t *>() == 4711);
}

TEST_CASE("Memory follows its resource tracker to another one") {
  Layout L = anyLayout();
  auto Memory = arenaWith(L);
  auto JIT = valueOf(makeJIT(Memory));
  size_t Before = Memory->stats().LiveBytes;
  orc::JITDylib &JD = JIT->getMainJITDylib();
  std::vector<orc::ResourceTrackerSP> Trackers;
  std::vector<int32_t *> Numbers;
  constexpr int Count = JITSLAB_LLVM_KEEPS_TRANSFERRED_MEMORY ? 64 : 32;
  for (int I = 0; I != Count; ++I) {
    std::string Name = "number" + std::to_string(I);
    auto First = JD.createResourceTracker();
    REQUIRE_SUCCESS(layerOf(*JIT).add(First, graphOf(*JIT, Name)));
    Numbers.push_back(valueOf(JIT->lookup(Name)).toPtr<int32_t *>());
    Trackers.push_back(JD.createResourceTracker());
    First->transferTo(*Trackers.back());
    // What it had before is not its own any more.
    REQUIRE_SUCCESS(First->remove());
  }
  for (int I = 0; I != Count; ++I) {
    CHECK(*Numbers[I] == 4711);
    REQUIRE_SUCCESS(Trackers[I]->remove());
  }
  CHECK(Memory->stats().LiveBytes == Before);
}

TEST_CASE("Memory is there for what a plugin adds to a graph") {
  auto JIT = valueOf(makeJIT(anyArena()));
  layerOf(*JIT).addPlugin(std::make_shared<PassPlugin>(
      PassPlugin::When::BeforePruning, [](LinkGraph &G) {
        if (G.findSectionByName(".added"))
          return Error::success();
        Block &B = addSection(G, ".added", MemProt::Read, 100);
        G.addDefinedSymbol(B, 0, "added", 100, Linkage::Weak, Scope::Default,
                           false, true);
        return Error::success();
      }));
  orc::JITDylib &JD = JIT->getMainJITDylib();
  REQUIRE_SUCCESS(layerOf(*JIT).add(JD, graphOf(*JIT, "number")));
  CHECK(*valueOf(JIT->lookup("number")).toPtr<int32_t *>() == 4711);
  const char *Added = valueOf(JIT->lookup("added")).toPtr<const char *>();
  CHECK((Added[0] == FillByte && Added[99] == FillByte));
}

TEST_CASE("A link that fails after memory was allocated gives it back") {
  Layout L = anyLayout();
  auto Memory = arenaWith(L);
  auto JIT = valueOf(makeJIT(Memory));
  std::string Reported;
  JIT->getExecutionSession().setErrorReporter(
      [&](Error Err) { Reported += toString(std::move(Err)); });
  size_t Before = Memory->stats().LiveBytes, During = 0;
  auto Plugin = std::make_shared<PassPlugin>(
      PassPlugin::When::AfterAllocation, [&](LinkGraph &) -> Error {
        During = Memory->stats().LiveBytes;
        return make_error<StringError>("the host's pass fails",
                                       inconvertibleErrorCode());
      });
  layerOf(*JIT).addPlugin(Plugin);
  orc::JITDylib &JD = JIT->getMainJITDylib();
  REQUIRE_SUCCESS(layerOf(*JIT).add(JD, graphOf(*JIT, "number")));
  auto Failed = JIT->lookup("number");
  REQUIRE_FALSE(bool(Failed));
  consumeError(Failed.takeError());
  CHECK(Reported.find("the host's pass fails") != std::string::npos);
  CHECK(Plugin->Failures == 1);
  CHECK(During > Before);
  CHECK(Memory->stats().LiveBytes == Before);
  CHECK(Memory->verify());
}

#if JITSLAB_LLVM_HAS_REDIRECTABLE_SYMBOLS
static int firstTarget() { return 1; }
static int secondTarget() { return 2; }
static int thirdTarget() { return 3; }

TEST_CASE("Redirected symbols call their newest target") {
  auto JIT = valueOf(makeJIT(anyArena()));
  orc::ExecutionSession &ES = JIT->getExecutionSession();
  orc::JITDylib &JD = JIT->getMainJITDylib();
#if JITSLAB_LLVM_REDIRECTION_TAKES_MEMORY_ACCESS
  auto Access =
      valueOf(ES.getExecutorProcessControl().createDefaultMemoryAccess());
  auto Manager = valueOf(
      orc::JITLinkRedirectableSymbolManager::Create(layerOf(*JIT), *Access));
#else
  auto Manager =
      valueOf(orc::JITLinkRedirectableSymbolManager::Create(layerOf(*JIT)));
#endif
  auto Target = [](int (*Function)()) {
    return orc::ExecutorSymbolDef(orc::ExecutorAddr::fromPtr(Function),
                                  JITSymbolFlags::Exported |
                                      JITSymbolFlags::Callable);
  };
  orc::SymbolStringPtr Name = ES.intern("redirected");
  REQUIRE_SUCCESS(Manager->createRedirectableSymbols(
      JD.getDefaultResourceTracker(), {{Name, Target(firstTarget)}}));
  auto *Redirected =
      valueOf(ES.lookup({&JD}, Name)).getAddress().toPtr<int (*)()>();
  CHECK(Redirected() == 1);
  REQUIRE_SUCCESS(Manager->redirect(JD, {{Name, Target(secondTarget)}}));
  CHECK(Redirected() == 2);
  REQUIRE_SUCCESS(Manager->redirect(JD, {{Name, Target(thirdTarget)}}));
  CHECK(Redirected() == 3);
}
#endif
