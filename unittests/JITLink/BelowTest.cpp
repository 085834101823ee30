//===- BelowTest.cpp - Code without position independence -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestGraph.h"
#include "TestJIT.h"
#include "llvm/ExecutionEngine/JITLink/aarch64.h"
#include "llvm/ExecutionEngine/JITLink/x86_64.h"
#include <cstring>

using namespace jitslab;
using namespace llvm;

namespace {

#ifdef __x86_64__
ArenaOptions below(Layout L, uintptr_t Bound) {
  ArenaOptions O;
  O.ObjectLayout = L;
  O.Below = Bound;
  return O;
}
#endif

constexpr char Advice[] =
    "compile with -fPIC, or make an arena with ArenaOptions::Below";

} // namespace

#ifdef __x86_64__
TEST_CASE("JITLink's code without position independence runs below 2 GiB") {
  auto JIT = valueOf(
      makeJIT(valueOf(Arena::create(below(anyLayout(), uintptr_t(1) << 31)))));
  REQUIRE_SUCCESS(addObjects(*JIT, {"nonpic"}));
  auto *Call = valueOf(functionOf<int(int, int)>(*JIT, "nonpic_call"));
  CHECK(Call(0, 21) == -21);
  CHECK(Call(1, 21) == 42);
  auto *Data = valueOf(functionOf<int(unsigned)>(*JIT, "nonpic_data"));
  CHECK(Data(2) == 4);
  CHECK(Data(2) == 8);
  CHECK(strcmp(valueOf(functionOf<const char *()>(*JIT, "nonpic_text"))(),
               "text") == 0);
}

TEST_CASE("Without a bound code that is not position-independent is an error "
          "that says what to do") {
  auto Memory = anyArena();
  auto JIT = valueOf(makeJIT(Memory));
  std::string Reported;
  JIT->getExecutionSession().setErrorReporter(
      [&](Error Err) { Reported += toString(std::move(Err)); });
  REQUIRE_SUCCESS(addObjects(*JIT, {"nonpic"}));
  CHECK(errorToBool(functionOf<int()>(*JIT, "nonpic_call").takeError()));
  CHECK_THAT(Reported, containing(Advice));
  CHECK_THAT(Reported, containing("section .text"));
  CHECK(Memory->stats().LiveObjects == 0);
  // What is position-independent loads.
  REQUIRE_SUCCESS(addObjects(*JIT, {"tiny"}));
}

TEST_CASE("So is one that takes a high address of the host's by 32 bits") {
  auto JIT = valueOf(
      makeJIT(valueOf(Arena::create(below(anyLayout(), uintptr_t(1) << 31)))));
  auto &ES = JIT->getExecutionSession();
  std::string Reported;
  ES.setErrorReporter([&](Error Err) { Reported += toString(std::move(Err)); });
  for (bool High : {false, true}) {
    INFO(High);
    auto Name = [&](const char *Of) { return Of + std::to_string(High); };
    REQUIRE_SUCCESS(JIT->getMainJITDylib().define(orc::absoluteSymbols(
        {{JIT->mangleAndIntern(Name("host")),
          {orc::ExecutorAddr(High ? uintptr_t(1) << 40 : 0x1000),
           JITSymbolFlags::Exported}}})));
    auto G = makeGraph(Name("graph"), ES.getSymbolStringPool());
    jitlink::Block &Code = addSection(*G, ".text", RX, 64);
    G->addDefinedSymbol(Code, 0, *JIT->mangleAndIntern(Name("code")), 64,
                        jitlink::Linkage::Strong, jitlink::Scope::Default,
                        /*IsCallable=*/true, /*IsLive=*/true);
    Code.addEdge(jitlink::x86_64::Pointer32, 8,
                 G->addExternalSymbol(*JIT->mangleAndIntern(Name("host")), 0,
                                      /*IsWeaklyReferenced=*/false),
                 0);
    auto &Layer =
        static_cast<orc::ObjectLinkingLayer &>(JIT->getObjLinkingLayer());
    REQUIRE_SUCCESS(Layer.add(JIT->getMainJITDylib(), std::move(G)));
    auto Found = JIT->lookup(Name("code"));
    CHECK(bool(Found) == !High);
    consumeError(Found.takeError());
  }
  CHECK_THAT(Reported, containing(Advice));
  CHECK_THAT(Reported, containing("0x10000000000 does not fit"));
}
#endif

TEST_CASE("Only an absolute address of 32 bits that has more is an error") {
  using namespace jitlink;
  constexpr uint64_t G = uint64_t(1) << 30;
  struct {
    const char *Arch;
    Edge::Kind Kind;
    uint64_t Address;
    bool Fits;
  } Cases[] = {
      {"x86_64", x86_64::Pointer32, 4 * G - 1, true},
      {"x86_64", x86_64::Pointer32, 4 * G, false},
      {"x86_64", x86_64::Pointer32Signed, 2 * G - 1, true},
      {"x86_64", x86_64::Pointer32Signed, 2 * G, false},
      {"x86_64", x86_64::Pointer32Signed, 0 - 2 * G, true},
      {"x86_64", x86_64::Pointer64, 16 * G, true},
      {"x86_64", x86_64::Delta32, 16 * G, true},
      {"aarch64", aarch64::Pointer32, 4 * G - 1, true},
      {"aarch64", aarch64::Pointer32, 4 * G, false},
      {"aarch64", aarch64::Page21, 16 * G, true},
  };
  auto Memory = anyArena();
  ArenaJITLinkMemoryManager Manager(Memory);
  for (const auto &C : Cases) {
    INFO(C.Arch << " edge kind " << int(C.Kind) << " to " << C.Address);
    auto Graph =
        makeGraph("absolute", std::make_shared<orc::SymbolStringPool>(),
                  Triple(C.Arch, "unknown", "linux", "gnu"));
    Block &Code = addSection(*Graph, ".text", RX, 64);
    Code.addEdge(C.Kind, 8,
                 Graph->addAbsoluteSymbol("target",
                                          orc::ExecutorAddr(C.Address), 0,
                                          Linkage::Strong, Scope::Local,
                                          /*IsLive=*/true),
                 0);
    auto InFlight = Manager.allocate(nullptr, *Graph);
    if (C.Fits) {
      valueOf(std::move(InFlight))->abandon([](Error Err) {
        REQUIRE_SUCCESS(std::move(Err));
      });
      continue;
    }
    std::string Message = messageOf(std::move(InFlight));
    CHECK_THAT(Message, containing(Advice));
    CHECK_THAT(Message, containing("absolute: section .text"));
    CHECK(Memory->stats().LiveBytes == 0);
  }
}
