//===- RangeTest.cpp - JITLink never runs out of range --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AddressSpaceAdversary.h"
#include "Support/Child.h"
#include "Support/Layouts.h"
#include "TestJIT.h"

using namespace jitslab;
using namespace llvm;

extern "C" int host_counter;

namespace {

enum Outcome { Right = 0, LinkFailed = 1, WrongResult = 2 };

/// Objects of `hidden` first, then the adversary, then `range`, which refers to
/// the former by distance.
int runUnderAdversary(Expected<std::unique_ptr<orc::LLJIT>> Created) {
  auto JIT = cantFail(std::move(Created));
  JIT->getExecutionSession().setErrorReporter(
      [](Error Err) { consumeError(std::move(Err)); });
  cantFail(addObjects(*JIT, {"first", "hidden"}));
  AddressSpaceAdversary A;
  for (const char *Name : {"first", "hidden_table", "hidden_add"})
    cantFail(A.occupy(cantFail(JIT->lookup(Name)).getValue()));
  cantFail(addObjects(*JIT, {"range"}));
  auto UseHidden = functionOf<int(int)>(*JIT, "use_hidden_data");
  if (!UseHidden) {
    consumeError(UseHidden.takeError());
    return LinkFailed;
  }
  host_counter = 41;
  bool Ok = (*UseHidden)(3) == 4000;
  Ok &= cantFail(functionOf<int(int, int)>(*JIT, "use_hidden_call"))(1, 2) == 3;
  Ok &= cantFail(functionOf<int()>(*JIT, "use_got"))() == 42;
  Ok &= cantFail(functionOf<int(int)>(*JIT, "use_host_call"))(10) == 21;
  Ok &= cantFail(functionOf<int()>(*JIT, "use_data"))() == 41;
  Ok &= cantFail(functionOf<int(int)>(*JIT, "first"))(7) == 19;
  return Ok ? Right : WrongResult;
}

} // namespace

TEST_CASE("JITLink's objects reach each other however full the address space "
          "is") {
  Layout L = anyLayout();
  ChildOutcome Outcome = runInChild(
      [&] { return runUnderAdversary(makeJIT(arenaWith(L, /*Grow=*/false))); });
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
}

TEST_CASE("Control: with InProcessMemoryManager the same objects do not link") {
  ChildOutcome Outcome =
      runInChild([] { return runUnderAdversary(makeStockJIT()); });
  WARN("InProcessMemoryManager under the adversary: " << Outcome.describe());
  if (Outcome.passed())
    FAIL("THE CONTROL PASSED: the adversary does not force mappings apart, so "
         "the test of ArenaJITLinkMemoryManager proves nothing");
}
