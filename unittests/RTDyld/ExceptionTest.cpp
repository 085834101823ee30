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
#include <exception>
#include <execinfo.h>
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

namespace {

using Thrower = int(int);

bool throws(Thrower *Function) {
  try {
    Function(7);
  } catch (int Value) {
    return Value == 7;
  }
  return false;
}

/// Loads an object of several code sections into an arena with a hole before
/// another object's code. \returns 0 when exceptions pass through both.
template <typename Manager> int loadAround(std::shared_ptr<Arena> Memory) {
  Manager Inner(Memory);
  Recording<Manager> Outer(Memory);
  Footprint Small;
  // Room for one section, with the stubs of AArch64, and not for all.
  Small[SegmentKind::Code] = {256, 16};
  Allocation Hole = llvm::cantFail(Memory->allocate(Small));
  TestLinker First(Inner);
  First.define("relay_unwound", &Unwound);
  llvm::cantFail(First.loadAll({"relay1"}));
  Hole.release();
  TestLinker Second(Outer);
  llvm::cantFail(Second.loadAll({"spread"}));
  auto *Relayed = First.function<Relay>("relay1");
  bool Before = false, Behind = false;
  for (const SectionRecord &S : Outer.Sections)
    if (S.Kind == SegmentKind::Code)
      (S.Start < reinterpret_cast<uintptr_t>(Relayed) ? Before : Behind) = true;
  if (!Before || !Behind)
    return 2; // This proves nothing.
  for (int Round = 0; Round != 2; ++Round) {
    for (const char *Name :
         {"spread0", "spread1", "spread2", "spread3", "spread4", "spread5"})
      if (!throws(Second.function<Thrower>(Name)))
        return 3;
    try {
      Relayed(throwIfAsked, Memory.get());
      return 4;
    } catch (std::runtime_error &) {
    }
  }
  return 0;
}

/// As LLVM's managers do.
class RegisteringAsOne : public ReservingMemoryManager {
public:
  using ReservingMemoryManager::ReservingMemoryManager;
  void registerEHFrames(uint8_t *, uint64_t LoadAddr, size_t Size) override {
    registerEHFramesInProcess(reinterpret_cast<uint8_t *>(LoadAddr), Size);
  }
};

/// \returns the exit status of a child, or 77 when it terminated.
template <typename Manager> ChildOutcome loadAroundInChild() {
  return runInChild([] {
    std::set_terminate([] { _exit(77); });
    return loadAround<Manager>(arenaWith(Layout::Dense));
  });
}

} // namespace

TEST_CASE("Exceptions pass where an object's code lies around another's") {
  ChildOutcome Outcome = loadAroundInChild<ReservingMemoryManager>();
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
}

TEST_CASE("Control: with frames registered as one they end the process") {
  ChildOutcome Outcome = loadAroundInChild<RegisteringAsOne>();
  INFO(Outcome.describe());
  CHECK((WIFEXITED(Outcome.Status) && WEXITSTATUS(Outcome.Status) == 77));
}

TEST_CASE("A host that wants no frames registered has none") {
  Layout L = anyLayout();
  ChildOutcome Outcome = runInChild([&] {
    std::set_terminate([] { _exit(77); });
    ArenaOptions Options;
    Options.ObjectLayout = L;
    Options.RegisterFrames = false;
    ReservingMemoryManager Manager(llvm::cantFail(Arena::create(Options)));
    TestLinker Linker(Manager);
    llvm::cantFail(Linker.loadAll({"spread"}));
    return throws(Linker.function<Thrower>("spread0")) ? 0 : 1;
  });
  INFO(Outcome.describe());
  CHECK((WIFEXITED(Outcome.Status) && WEXITSTATUS(Outcome.Status) == 77));
}

namespace {

std::vector<void *> Trace;
int takeTrace(void *) {
  Trace.resize(100);
  Trace.resize(size_t(backtrace(Trace.data(), int(Trace.size()))));
  return 0;
}

} // namespace

TEST_CASE("A backtrace goes through the frames of loaded code") {
  auto Memory = anyArena();
  ReservingMemoryManager Manager(Memory);
  TestLinker Linker(Manager);
  Linker.define("relay_unwound", &Unwound);
  REQUIRE_SUCCESS(Linker.loadAll({"relay1", "relay2"}));
  Inner I{Linker.function<Relay>("relay2"), false};
  struct Nested {
    static int run(void *Argument) {
      return static_cast<Inner *>(Argument)->Function(takeTrace, nullptr);
    }
  };
  auto *Outer = Linker.function<Relay>("relay1");
  Outer(Nested::run, &I);
  // Both, and in the end what has called them.
  auto IsIn = [&](auto *Function, size_t Size) {
    auto Begin = reinterpret_cast<uintptr_t>(Function);
    return llvm::any_of(Trace, [&](void *P) {
      return reinterpret_cast<uintptr_t>(P) - Begin < Size;
    });
  };
  CHECK(IsIn(Outer, 128));
  CHECK(IsIn(I.Function, 128));
  CHECK(Trace.size() > 8);
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
