//===- ThrowTest.cpp - Exceptions while other threads load and free -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RTDyld/TestLinker.h"
#include "Support/Child.h"
#include "Support/Layouts.h"
#include "Support/Random.h"
#include "Support/Threads.h"

using namespace jitslab;

namespace {

using Thrower = int(int);

bool throws(Thrower *Function, int Value) {
  try {
    Function(Value);
  } catch (int Caught) {
    return Caught == Value;
  }
  return false;
}

/// An object whose code is in several sections.
struct Object {
  ReservingMemoryManager Manager;
  TestLinker Linker{Manager};

  explicit Object(std::shared_ptr<Arena> Memory) : Manager(std::move(Memory)) {}
  llvm::Error load() { return Linker.loadAll({"spread"}); }
  bool throwsAll() const {
    for (const char *Name : {"spread0", "spread3", "spread5"})
      if (!throws(Linker.function<Thrower>(Name), 7))
        return false;
    return true;
  }
};

constexpr size_t Slots = 30;

/// Loads and frees objects of its own in any order, and throws through them.
void loadAndFree(const std::shared_ptr<Arena> &Memory, Random &Rand,
                 size_t Rounds, Problems &P) {
  std::vector<std::unique_ptr<Object>> Own(Slots);
  for (size_t Round = 0; Round != Rounds; ++Round) {
    auto &Slot = Own[Rand.below(Slots)];
    if (Slot) {
      P.check(Slot->throwsAll(), "an object does not throw before it is freed");
      Slot.reset();
      continue;
    }
    Slot = std::make_unique<Object>(Memory);
    if (!P.check(Slot->load(), "an object is not loaded"))
      return;
    P.check(Slot->throwsAll(), "an object does not throw");
  }
}

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr size_t Rounds = 150;
#else
constexpr size_t Rounds = 1000;
#endif

} // namespace

TEST_CASE("Exceptions are thrown while other threads load and free") {
  const uint64_t Seed = testSeed(21);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  auto Memory = anyArenaThatReusesCode();
  Object Lasting(Memory);
  REQUIRE_SUCCESS(Lasting.load());
  Background Throwing([&](Problems &P) {
    P.check(Lasting.throwsAll(), "what stays does not throw");
  });
  runThreads(3, [&](size_t I, Problems &P) {
    Random Rand(Seed + I);
    loadAndFree(Memory, Rand, Rounds, P);
  });
  Throwing.finish();
}

TEST_CASE("A child throws that was forked while threads load and free") {
  if (!canForkWithThreads())
    return;
  const uint64_t Seed = testSeed(22);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  auto Memory = anyArenaThatReusesCode();
  Object Lasting(Memory);
  REQUIRE_SUCCESS(Lasting.load());
  // They do not throw: up to GCC 12, libgcc's lock may be held when the process
  // forks, and is for ever in the child.
  Background Loading([&](Problems &P) {
    Object O(Memory);
    P.check(O.load(), "an object is not loaded");
  });
  for (int I = 0; I != 40; ++I) {
    ChildOutcome Outcome = runInChild([&] {
      alarm(60);
      // It loads nothing: LLVM's own locks may be held here for ever.
      return Lasting.throwsAll() ? 0 : 1;
    });
    INFO(Outcome.describe());
    REQUIRE(Outcome.passed());
  }
  Loading.finish();
}
