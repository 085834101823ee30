//===- OrcTest.cpp - ReservingMemoryManager in ORC ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AddressSpaceAdversary.h"
#include "Support/Child.h"
#include "Support/Layouts.h"
#include "Support/NativeTarget.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h"

using namespace jitslab;
using namespace llvm;

// Found by name in the process.
extern "C" {
int host_counter = 0;
int host_twice(int X) { return 2 * X; }
}

namespace {

/// An LLJIT whose objects are linked by RuntimeDyld into \p Memory, one manager
/// for each object.
Expected<std::unique_ptr<orc::LLJIT>> makeJIT(std::shared_ptr<Arena> Memory) {
  initializeTarget();
  // The parameters of both functions differ between LLVM versions.
  auto JIT =
      orc::LLJITBuilder()
          .setObjectLinkingLayerCreator(
              [=](orc::ExecutionSession &ES,
                  auto &&...) -> Expected<std::unique_ptr<orc::ObjectLayer>> {
                return std::make_unique<orc::RTDyldObjectLinkingLayer>(
                    ES, [=](auto &&...) {
                      return std::make_unique<ReservingMemoryManager>(Memory);
                    });
              })
          .create();
  if (!JIT)
    return JIT.takeError();
  auto Process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*JIT)->getDataLayout().getGlobalPrefix());
  if (!Process)
    return Process.takeError();
  (*JIT)->getMainJITDylib().addGenerator(std::move(*Process));
  return std::move(*JIT);
}

Error addObject(orc::LLJIT &JIT, const char *Name) {
  auto Buffer =
      MemoryBuffer::getFile(std::string(JITSLAB_TEST_INPUTS "/") + Name + ".o");
  if (!Buffer)
    return errorCodeToError(Buffer.getError());
  return JIT.addObjectFile(std::move(*Buffer));
}

// ExecutorAddr from LLVM 15, JITEvaluatedSymbol before.
template <typename T> auto addressValue(const T &A) -> decltype(A.getValue()) {
  return A.getValue();
}
template <typename T>
auto addressValue(const T &A) -> decltype(A.getAddress()) {
  return A.getAddress();
}

template <typename T>
Expected<T *> functionOf(orc::LLJIT &JIT, const char *Name) {
  auto Symbol = JIT.lookup(Name);
  if (!Symbol)
    return Symbol.takeError();
  return reinterpret_cast<T *>(static_cast<uintptr_t>(addressValue(*Symbol)));
}

} // namespace

TEST_CASE("ORC links objects into one arena and gives the memory back") {
  auto Memory = anyArena();
  {
    auto JIT = valueOf(makeJIT(Memory));
    for (const char *Name : {"tiny", "hidden", "range"})
      REQUIRE_SUCCESS(addObject(*JIT, Name));
    CHECK(valueOf(functionOf<int(int)>(*JIT, "tiny"))(3) == 11);
    CHECK(valueOf(functionOf<int(int)>(*JIT, "use_hidden_data"))(1) == 2000);
    CHECK(valueOf(functionOf<int(int)>(*JIT, "use_host_call"))(4) == 9);
    CHECK(Memory->stats().LiveObjects == 3);
  }
  CHECK(Memory->stats().LiveObjects == 0);
  CHECK(Memory->stats().LiveBytes == 0);
  CHECK(Memory->verify());
}

TEST_CASE("ORC code is right however full the address space is") {
  Layout L = anyLayout();
  ChildOutcome Outcome = runInChild([&] {
    auto JIT = cantFail(makeJIT(arenaWith(L, /*Grow=*/false)));
    cantFail(addObject(*JIT, "first"));
    auto *First = cantFail(functionOf<int(int)>(*JIT, "first"));
    AddressSpaceAdversary A;
    cantFail(A.occupy(reinterpret_cast<uintptr_t>(First)));
    cantFail(addObject(*JIT, "hidden"));
    cantFail(addObject(*JIT, "range"));
    host_counter = 6;
    bool Right =
        cantFail(functionOf<int()>(*JIT, "use_got"))() == 7 &&
        cantFail(functionOf<int(int)>(*JIT, "use_hidden_data"))(2) == 3000 &&
        cantFail(functionOf<int()>(*JIT, "use_data"))() == 41;
    return Right ? 0 : 2;
  });
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
}

TEST_CASE("ORC gets the arena's error when there is no room") {
  ArenaOptions Options;
  Options.WindowSize = MinWindowSize;
  Options.Grow = false;
  auto Memory = valueOf(Arena::create(Options));
  Footprint Everything;
  Everything[SegmentKind::RWData].Size = MinWindowSize;
  Allocation Filler = valueOf(Memory->allocate(Everything));

  auto JIT = valueOf(makeJIT(Memory));
  std::string Reported;
  JIT->getExecutionSession().setErrorReporter(
      [&](Error Err) { Reported += toString(std::move(Err)); });
  REQUIRE_SUCCESS(addObject(*JIT, "tiny"));
  auto Failed = functionOf<int(int)>(*JIT, "tiny");
  REQUIRE_FALSE(bool(Failed));
  consumeError(Failed.takeError());
  CHECK(Reported.find("no room for an object") != std::string::npos);

  Filler.release();
  REQUIRE_SUCCESS(addObject(*JIT, "first"));
  CHECK(valueOf(functionOf<int(int)>(*JIT, "first"))(0) == 2);
}
