//===- BuilderTest.cpp - useArena with every builder of LLJITs ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LLVMCompat.h"
#include "TestJIT.h"
#include "Threads/TestModules.h"

using namespace jitslab;
using namespace llvm;

TEST_CASE("An LLLazyJIT compiles into the arena when a function is called") {
  initializeTarget();
  auto Memory = arenaWith(anyLayout());
  orc::LLLazyJITBuilder Builder;
  useArena(Builder, Memory);
  auto JIT = valueOf(Builder.create());
  REQUIRE_SUCCESS(
      JIT->addLazyIRModule(makeThreadSafeModule("caller", 5, "callee")));
  REQUIRE_SUCCESS(JIT->addLazyIRModule(makeThreadSafeModule("callee", 7)));
  auto *Function = valueOf(functionOf<TestFunction>(*JIT, "caller"));
  // Stubs, if LLVM links them, but no function yet.
  size_t Before = Memory->stats().LiveObjects;
  CHECK(Function(2) == testResult(2, 5, 1) + testResult(2, 7, 1));
  CHECK(Memory->stats().LiveObjects >= Before + 2);
  CHECK(Memory->verify());
}

namespace {

/// As hosts do that add settings of their own.
class HostBuilder : public orc::LLJITBuilderState,
                    public orc::LLJITBuilderSetters<orc::LLJIT, HostBuilder,
                                                    orc::LLJITBuilderState> {};

} // namespace

TEST_CASE("A builder that a host derives from LLJIT's setters takes an arena") {
  initializeTarget();
  auto Memory = arenaWith(anyLayout());
  HostBuilder Builder;
  useArena(Builder, Memory);
  auto JIT = valueOf(Builder.create());
  REQUIRE_SUCCESS(addObjects(*JIT, {"tiny"}));
  CHECK(valueOf(functionOf<int(int)>(*JIT, "tiny"))(3) == 11);
  CHECK(Memory->stats().LiveObjects >= 1);
  CHECK(Memory->verify());
}

#if JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER
TEST_CASE("The memory manager that LLJIT hands out has the arena's memory") {
  auto Memory = arenaWith(anyLayout());
  auto JIT = valueOf(makeJIT(Memory));
  orc::ExecutionSession &ES = JIT->getExecutionSession();
  size_t Before = Memory->stats().LiveObjects;
  auto Segments = valueOf(jitlink::SimpleSegmentAlloc::Create(
      JIT->getMemoryManager(), ES.getSymbolStringPool(), ES.getTargetTriple(),
      /*JD=*/nullptr,
      {{orc::MemProt::Read | orc::MemProt::Write, {64, Align(8)}}}));
  CHECK(Memory->stats().LiveObjects == Before + 1);
  REQUIRE_SUCCESS(
      JIT->getMemoryManager().deallocate(valueOf(Segments.finalize())));
  CHECK(Memory->stats().LiveObjects == Before);
}
#endif
