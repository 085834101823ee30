//===- OrcTest.cpp - ReservingMemoryManager in ORC ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AddressSpaceAdversary.h"
#include "OrcJIT.h"
#include "Support/Child.h"
#include "Support/Layouts.h"

using namespace jitslab;
using namespace llvm;

// Found by name in the process.
extern "C" {
int host_counter = 0;
int host_twice(int X) { return 2 * X; }
}

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
