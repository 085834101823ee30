//===- RangeTest.cpp - Relocations never overflow -------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// The adversary fills all free address space around the first object; objects
/// with every kind of range-limited reference are then loaded and called. The
/// control does the same with LLVM's manager and has to fail: if it passes, the
/// test proves nothing.
///
//===----------------------------------------------------------------------===//

#include "AddressSpaceAdversary.h"
#include "Support/Child.h"
#include "Support/Layouts.h"
#include "TestLinker.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include <cmath>
#include <cstring>

using namespace jitslab;

static int HostCounter = 0;
static int hostTwice(int X) { return 2 * X; }

namespace {

/// What the adversary does to the address space after the first object.
enum class Adversary { Absent, Present };

enum Outcome { Right = 0, NotLoaded = 1, WrongResult = 2 };

void defineHostSymbols(TestLinker &Linker) {
  Linker.define("host_counter", &HostCounter);
  Linker.define("host_twice", &hostTwice);
}

bool resultsAreRight(const TestLinker &L) {
  HostCounter = 41;
  bool Right = L.function<int()>("use_got")() == 42 && HostCounter == 42;
  Right &= std::abs(L.function<double(double)>("use_constant_pool")(2.0) -
                    (2.0 * 3.14159 + 2.71828)) < 1e-9;
  Right &= strcmp(L.function<const char *(int)>("use_rodata")(2), "two") == 0;
  Right &= L.function<int()>("use_data")() == 41;
  Right &= L.function<int()>("use_data")() == 42;
  Right &= L.function<int(int)>("use_bss")(9) == 9;
  Right &= L.function<int(int)>("use_bss")(9) == 18;
  Right &= L.function<int(int)>("use_host_call")(10) == 21;
  Right &= L.function<int(int)>("use_hidden_data")(3) == 4000;
  Right &= L.function<int(int, int)>("use_hidden_call")(20, 22) == 42;
  return Right;
}

/// One engine: a manager shared by all objects, as in MCJIT.
int loadAndCall(llvm::RTDyldMemoryManager &Manager, Adversary Mode) {
  TestLinker Linker(Manager);
  defineHostSymbols(Linker);
  if (llvm::Error Err = Linker.loadAll({"first", "hidden"})) {
    llvm::consumeError(std::move(Err));
    return NotLoaded;
  }
  AddressSpaceAdversary A;
  // Around everything that is referred to later: a stock manager may have put
  // the sections of the first objects far from each other already.
  for (const char *Name : {"first", "hidden_table", "hidden_add"})
    if (Mode == Adversary::Present)
      if (llvm::Error Err = A.occupy(Linker.addressOf(Name))) {
        fprintf(stderr, "%s\n", llvm::toString(std::move(Err)).c_str());
        return NotLoaded;
      }
  if (llvm::Error Err = Linker.loadAll({"range"})) {
    llvm::consumeError(std::move(Err));
    return NotLoaded;
  }
  return resultsAreRight(Linker) && Linker.function<int(int)>("first")(7) == 19
             ? Right
             : WrongResult;
}

/// An object that leaves room in its pages of data; then 100 objects on the
/// same manager, each with a text that is too large for what is left and a GOT
/// of one entry that is not. \returns the largest distance between a text and
/// its GOT.
template <typename Manager>
size_t largestDistanceOverManyObjects(Recording<Manager> &M) {
  TestLinker First(M);
  llvm::cantFail(First.loadAll({"leftover"}));
  AddressSpaceAdversary A;
  llvm::cantFail(A.occupy(First.addressOf("leftover_data")));
  size_t Largest = 0;
  std::vector<std::unique_ptr<TestLinker>> Linkers;
  for (int I = 0; I != 100; ++I) {
    M.forgetSections();
    Linkers.push_back(std::make_unique<TestLinker>(M));
    defineHostSymbols(*Linkers.back());
    llvm::cantFail(Linkers.back()->loadAll({"got"}));
    Largest = std::max(Largest, M.largestDistance());
  }
  HostCounter = 4711;
  for (const auto &L : Linkers)
    if (Largest < MaxWindowSize &&
        L->template function<int()>("read_counter")() != 4711)
      return SIZE_MAX;
  return Largest;
}

} // namespace

TEST_CASE("Objects reach everything they refer to however full the address "
          "space is") {
  Layout L = anyLayout();
  ChildOutcome Outcome = runInChild([&] {
    auto Memory = arenaWith(L);
    ReservingMemoryManager Manager(Memory);
    return loadAndCall(Manager, Adversary::Present);
  });
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
}

TEST_CASE("Control: with SectionMemoryManager the same objects go wrong") {
  ChildOutcome Outcome = runInChild([] {
    llvm::SectionMemoryManager Manager;
    return loadAndCall(Manager, Adversary::Present);
  });
  WARN("SectionMemoryManager under the adversary: " << Outcome.describe());
  if (Outcome.passed())
    FAIL("THE CONTROL PASSED: the adversary does not force mappings apart, so "
         "the test of ReservingMemoryManager proves nothing");
  // It has to be the distance that it failed for.
  CHECK_FALSE(
      (WIFEXITED(Outcome.Status) && WEXITSTATUS(Outcome.Status) == NotLoaded));
}

#ifdef __x86_64__
// Under qemu-aarch64 successive mappings lie far apart without any adversary.
TEST_CASE("Control: without the adversary SectionMemoryManager is right") {
  ChildOutcome Outcome = runInChild([] {
    llvm::SectionMemoryManager Manager;
    return loadAndCall(Manager, Adversary::Absent);
  });
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
}
#endif

TEST_CASE("One manager for each object reaches across objects of an arena") {
  Layout L = anyLayout();
  ChildOutcome Outcome = runInChild([&] {
    auto Memory = arenaWith(L, /*Grow=*/false);
    ReservingMemoryManager FirstManager(Memory);
    TestLinker First(FirstManager);
    llvm::cantFail(First.loadAll({"first"}));
    AddressSpaceAdversary A;
    llvm::cantFail(A.occupy(First.addressOf("first")));

    ReservingMemoryManager HiddenManager(Memory), RangeManager(Memory);
    TestLinker Hidden(HiddenManager), Range(RangeManager);
    llvm::cantFail(Hidden.loadAll({"hidden"}));
    defineHostSymbols(Range);
    Range.define("hidden_table", Hidden.function<int>("hidden_table"));
    Range.define("hidden_add", Hidden.function<int(int, int)>("hidden_add"));
    llvm::cantFail(Range.loadAll({"range"}));
    return resultsAreRight(Range) ? Right : WrongResult;
  });
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
}

TEST_CASE("A hundred objects with small GOTs keep GOT and text together") {
  Layout L = anyLayout();
  ChildOutcome Outcome = runInChild([&] {
    auto Memory = arenaWith(L);
    Recording<ReservingMemoryManager> Manager(Memory);
    return largestDistanceOverManyObjects(Manager) < MaxWindowSize ? 0 : 1;
  });
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
}

TEST_CASE("Control: SectionMemoryManager puts a small GOT far from its text") {
  ChildOutcome Outcome = runInChild([] {
    Recording<llvm::SectionMemoryManager> Manager;
    return largestDistanceOverManyObjects(Manager) < (size_t(4) << 30) ? 0 : 1;
  });
  if (Outcome.passed())
    FAIL("THE CONTROL PASSED: GOT and text of all objects are near each other");
}
