//===- ExceptionTest.cpp - C++ exceptions through JIT'd frames ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Child.h"
#include "Support/Layouts.h"
#include "Support/TestMemory.h"
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

namespace {

constexpr uint64_t Border = uint64_t(1) << 32;

/// Windows begin at a multiple of 4 GiB, or at the next slab.
class MemoryAtBorder final : public TestMemory {
public:
  explicit MemoryAtBorder(size_t Offset) : Offset(Offset) {}

  llvm::ErrorOr<uintptr_t> reserve(const ReservationRequest &R) override {
    ReservationRequest There = R;
    There.Border = 0;
    // Sanitizers and emulators leave different parts of the addresses free.
    for (uint64_t At = Border * 16; !R.Unpredictable && At < uint64_t(1) << 46;
         At += llvm::alignTo(At / 16, Border)) {
      There.Low = At + Offset - R.Guard;
      There.High = At + Offset + R.Size + R.Guard;
      if (auto Start = TestMemory::reserve(There))
        return Start;
    }
    return TestMemory::reserve(R);
  }

private:
  const size_t Offset;
};

/// Whether a child catches what passes through the first functions of a window.
bool catchesAt(Layout L, size_t Offset) {
  return runInChild([&] {
           MemoryAtBorder System(Offset);
           ArenaOptions Options;
           Options.ObjectLayout = L;
           Options.WindowSize = MinWindowSize;
           auto Memory = valueOf(ArenaAccess::create(Options, System));
           ReservingMemoryManager Manager(Memory);
           TestLinker Linker(Manager);
           Linker.define("relay_unwound", &Unwound);
           if (Linker.loadAll({"relay1"}))
             return 2;
           auto *Function = Linker.function<Relay>("relay1");
           // Its unlikely part, where the destructor runs, comes first.
           if (reinterpret_cast<uintptr_t>(Function) % Border - Offset >= 256)
             return 3;
           try {
             Function(throwIfAsked, &System);
           } catch (std::runtime_error &) {
             return 0;
           }
           return 4;
         })
      .passed();
}

} // namespace

TEST_CASE("Control: where an address ends in 32 zeros nothing is caught") {
  // Otherwise Window::create need not care.
  Layout L = anyLayout();
  CHECK_FALSE(catchesAt(L, 0));
  CHECK(catchesAt(L, SlabSize));
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
