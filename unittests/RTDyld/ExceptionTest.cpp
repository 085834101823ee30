//===- ExceptionTest.cpp - C++ exceptions through JIT'd frames ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Layouts.h"
#include "TestLinker.h"
#include <stdexcept>

using namespace jitslab;

static int Unwound = 0;

namespace {

using Callee = int(void *);
using Relay = int(Callee *, void *);

int throwIfAsked(void *Argument) {
  if (Argument)
    throw std::runtime_error("from the host");
  return 40;
}

struct Inner {
  Relay *Function;
  bool Throw;
};

int callInner(void *Argument) {
  auto *I = static_cast<Inner *>(Argument);
  return I->Function(throwIfAsked, I->Throw ? I : nullptr);
}

} // namespace

TEST_CASE("A host's exception passes through frames of two objects") {
  auto Memory = anyArena();
  ReservingMemoryManager Manager(Memory);
  TestLinker Linker(Manager);
  Linker.define("relay_unwound", &Unwound);
  REQUIRE_SUCCESS(Linker.loadAll({"relay1", "relay2"}));
  auto *Outer = Linker.function<Relay>("relay1");
  Inner I{Linker.function<Relay>("relay2"), false};

  Unwound = 0;
  CHECK(Outer(callInner, &I) == 42);
  CHECK(Unwound == 2);

  I.Throw = true;
  CHECK_THROWS_WITH(Outer(callInner, &I), "from the host");
  CHECK(Unwound == 4); // Both destructors ran.
}

TEST_CASE("JIT'd C++ code catches what it throws") {
  auto Memory = anyArena();
  ReservingMemoryManager Manager(Memory);
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.loadAll({"catch"}));
  CHECK(Linker.function<int(int)>("throw_and_catch")(21) == 42);
  CHECK(Linker.function<int(int)>("throw_and_catch")(-3) == -1);
}

TEST_CASE("Frames are gone when their manager is") {
  // libgcc aborts when a frame is deregistered that is not registered, and
  // reads freed memory when one is left behind.
  auto Memory = anyArena();
  for (int Round = 0; Round != 3; ++Round) {
    for (int I = 0; I != 10; ++I) {
      ReservingMemoryManager Manager(Memory);
      TestLinker Linker(Manager);
      REQUIRE_SUCCESS(Linker.loadAll({"catch"}));
      CHECK(Linker.function<int(int)>("throw_and_catch")(4) == 8);
      Manager.deregisterEHFrames();
      Manager.deregisterEHFrames();
    }
    Memory->trim();
    CHECK_THROWS(throwIfAsked(&Round));
  }
}
