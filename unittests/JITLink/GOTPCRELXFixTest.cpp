//===- GOTPCRELXFixTest.cpp - Calls of functions in the low 4 GiB ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// This program is not position-independent: its functions lie low, and JITLink
/// rewrites indirect calls of them, up to LLVM 22 wrongly.
///
//===----------------------------------------------------------------------===//

#include "LLVMCompat.h"
#include "Support/Child.h"
#include "Support/Layouts.h"
#include "TestJIT.h"

using namespace jitslab;
using namespace llvm;

extern "C" int low_function(int X) { return 10 * X; }

namespace {

int runCalls(Expected<std::unique_ptr<orc::LLJIT>> Created) {
  auto JIT = cantFail(std::move(Created));
  cantFail(addObjects(*JIT, {"gotcall"}));
  auto *Call = cantFail(functionOf<int(int)>(*JIT, "call_low"));
  auto *Jump = cantFail(functionOf<int(int)>(*JIT, "jump_low"));
  return Call(4) == 41 && Jump(4) == 50 ? 0 : 1;
}

#if JITSLAB_LLVM_RELAXES_CALLS_WRONGLY
/// As useArena, less the plugin.
void useArenaWithoutFix(orc::LLJITBuilder &Builder,
                        const std::shared_ptr<Arena> &A) {
  Builder.setObjectLinkingLayerCreator(
      [=](orc::ExecutionSession &ES,
          auto &&...) -> Expected<std::unique_ptr<orc::ObjectLayer>> {
        return std::make_unique<orc::ObjectLinkingLayer>(
            ES, std::make_unique<ArenaJITLinkMemoryManager>(A));
      });
}
#endif

/// An arena near this program, where the repaired calls can be direct.
std::shared_ptr<Arena> nearArena(Layout L) {
  ArenaOptions Options;
  Options.ObjectLayout = L;
  Options.Near = reinterpret_cast<uintptr_t>(&low_function);
  auto A = cantFail(Arena::create(Options));
  return A->stats().WindowsNear == 1 ? A : nullptr;
}

} // namespace

TEST_CASE("The program's functions lie in the low 4 GiB") {
  REQUIRE(reinterpret_cast<uintptr_t>(&low_function) < (uintptr_t(1) << 32));
}

TEST_CASE("Calls and jumps to low functions work from a high window") {
  Layout L = anyLayout();
  ChildOutcome Outcome =
      runInChild([&] { return runCalls(makeJIT(arenaWith(L))); });
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
}

TEST_CASE("Calls and jumps to low functions work from a window near them") {
  Layout L = anyLayout();
  ChildOutcome Outcome = runInChild([&] {
    auto Memory = nearArena(L);
    return Memory ? runCalls(makeJIT(Memory)) : 3;
  });
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
}

#if JITSLAB_LLVM_RELAXES_CALLS_WRONGLY
TEST_CASE("Control: without the plugin they crash") {
  Layout L = anyLayout();
  for (bool Near : {false, true}) {
    ChildOutcome Outcome = runInChild([&] {
      auto Memory = Near ? nearArena(L) : arenaWith(L);
      if (!Memory)
        return 0;
      return runCalls(makeJIT([&](orc::LLJITBuilder &Builder) {
        useArenaWithoutFix(Builder, Memory);
      }));
    });
    WARN("without GOTPCRELXFixPlugin, " << (Near ? "near" : "high")
                                        << " window: " << Outcome.describe());
    if (Outcome.passed())
      FAIL("THE CONTROL PASSED: JITLink does not rewrite these calls wrongly; "
           "if that is a new LLVM, LLVMCompat.h should say so");
  }
}
#endif
