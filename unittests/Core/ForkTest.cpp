//===- ForkTest.cpp - Two processes with the same code --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Platform/Fork.h"
#include "Core/ForkFixture.h"
#include "Support/Process.h"
#include "Support/Threads.h"
#include <atomic>
#include <spawn.h>
#include <thread>

using namespace jitslab;

TEST_CASE("What a parent frees after a fork its child goes on running") {
  auto A = valueOf(Arena::create(denseOptions()));
  std::vector<Function> Old = loadSome(*A, 1000, 100);
  Turn ParentDone;
  Child C([&] {
    ParentDone.wait();
    return allRight(Old) && A->verify();
  });
  // Nothing of it is used again, filled with traps or dropped.
  Old.clear();
  A->trim();
  std::vector<Function> New = loadSome(*A, 2000, 300);
  CHECK(allRight(New));
  ParentDone.pass();
  CHECK(C.wait());
  CHECK(A->verify());
}

TEST_CASE("What a child frees after a fork its parent goes on running") {
  auto A = valueOf(Arena::create(denseOptions()));
  std::vector<Function> Old = loadSome(*A, 1000, 100);
  Child C([&] {
    Old.clear();
    A->trim();
    std::vector<Function> New = loadSome(*A, 3000, 300);
    return allRight(New) && A->verify() && isConsistent(A->stats());
  });
  CHECK(C.wait());
  CHECK(allRight(Old));
  CHECK(A->verify());
}

TEST_CASE("Parent and child load new code at the same addresses unseen") {
  auto A = valueOf(Arena::create(denseOptions()));
  std::vector<Function> Old = loadSome(*A, 1000, 3);
  Turn ChildLoaded, ParentLoaded;
  Child C([&] {
    std::vector<Function> New = loadSome(*A, 2000, 50);
    ChildLoaded.pass();
    ParentLoaded.wait();
    return allRight(New) && allRight(Old);
  });
  ChildLoaded.wait();
  std::vector<Function> New = loadSome(*A, 3000, 50);
  ParentLoaded.pass();
  CHECK(C.wait());
  CHECK(allRight(New));
  CHECK(allRight(Old));
}

TEST_CASE("A child freezes what its parent can see until it is unused") {
  WindowMemory Memory;
  auto A = valueOf(ArenaAccess::create(denseOptions(), Memory));
  std::vector<Function> Old = loadSome(*A, 1000, 100);
  CHECK(A->stats().FrozenBytes == 0);
  CHECK(inChild([&]() -> std::string {
          Function New = load(*A, 5);
          // Two slabs, code and read-only data; data is private to each
          // process.
          ArenaStats S = A->stats();
          if (S.FrozenBytes <= SlabSize || S.FrozenBytes >= 2 * SlabSize ||
              S.CommittedBytes != 5 * SlabSize || !isConsistent(S))
            return "what is free is not frozen";
          if (Memory.OpenShared != 2)
            return "no memory of its own";
          uintptr_t OldCode = Old[0].Object[SegmentKind::Code].Executor;
          Old.clear();
          S = A->stats();
          if (S.FrozenBytes || S.CommittedBytes != 3 * SlabSize ||
              !hasRights(OldCode, "---") || Memory.OpenShared != 1)
            return "frozen memory stays";
          return New.isRight() && A->verify() ? "" : "the arena is broken";
        }) == "");
}

TEST_CASE("An object that is being linked during a fork stays the parent's") {
  auto A = valueOf(Arena::create(denseOptions()));
  Function F;
  F.Value = 7;
  F.Object = valueOf(A->allocate(footprint(100, 16, 16)));
  uint8_t *Working = F.Object[SegmentKind::Code].Working;
  writeFunction(Working, F.Value);
  Child C([&] {
    // As its linker would, which knows of no fork.
    writeFunction(Working, 99);
    llvm::Error Err = sealOne(*A, F.Object);
    std::error_code Code = llvm::errorToErrorCode(std::move(Err));
    F.Object.release();
    return Code == std::errc::operation_canceled && load(*A, 8).isRight();
  });
  CHECK(C.wait());
  REQUIRE_SUCCESS(sealOne(*A, F.Object));
  CHECK(F.isRight());
}

TEST_CASE("Starting another program is no fork") {
  auto A = valueOf(Arena::create(denseOptions()));
  Function Old = load(*A, 1);
  uint32_t Before = forkCount();
  const char *True = "/bin/true";
  char *Arguments[] = {const_cast<char *>(True), nullptr};
  pid_t ID;
  REQUIRE(posix_spawn(&ID, True, nullptr, nullptr, Arguments, nullptr) == 0);
  ChildOutcome Outcome;
  waitpid(ID, &Outcome.Status, 0);
  CHECK(Outcome.passed());
#if JITSLAB_HAS_VFORK
  pid_t V = vfork();
  if (V == 0) {
    execl(True, True, nullptr);
    _exit(2);
  }
  waitpid(V, &Outcome.Status, 0);
  CHECK(Outcome.passed());
#else
  WARN("NOT RUN: vfork, because ThreadSanitizer makes it a fork");
#endif
  CHECK(forkCount() == Before);
  Function New = load(*A, 2);
  CHECK(A->stats().FrozenBytes == 0);
  CHECK(New.isRight());
}

TEST_CASE("Layouts with private memory freeze nothing after a fork") {
  auto A = arenaWith(remappingLayout());
  Function Old = load(*A, 1);
  Child C([&] {
    Old.Object.release();
    return load(*A, 2).isRight();
  });
  CHECK(C.wait());
  CHECK(Old.isRight());
  Function New = load(*A, 3);
  CHECK(A->stats().FrozenBytes == 0);
  CHECK(New.isRight());
}

TEST_CASE("Many forks of a host whose threads load and free") {
  if (!canForkWithThreads())
    return;
  const uint64_t Seed = testSeed(4711), Forks = isBrief() ? 15 : 50;
  INFO("JITSLAB_TEST_SEED=" << Seed);
  ArenaOptions O = denseOptions();
  O.ObjectLayout = anyLayoutThatReusesCode();
  auto A = valueOf(Arena::create(O));
  std::atomic<bool> Done{false};
  std::atomic<size_t> Failures{0}, Rounds{0};
  std::vector<std::thread> Threads;
  for (uint64_t T = 0; T != 3; ++T)
    Threads.emplace_back([&, T] {
      for (uint64_t Round = 0; !Done; ++Round, ++Rounds)
        Failures +=
            !loadAndFree(*A, Seed + 100 * T + Round, loadSome(*A, 10, 20), 50);
    });
  std::vector<Function> Mine = loadSome(*A, 5000, 100);
  size_t Passed = 0;
  for (uint64_t I = 0; I != Forks; ++I) {
    Child C([&] {
      bool Ok = loadAndFree(*A, Seed + 7 * I, std::move(Mine), 100);
      Child Grandchild([&] {
        return loadAndFree(*A, Seed + 11 * I, loadSome(*A, 1, 10), 100);
      });
      return Grandchild.wait() && Ok;
    });
    // Meanwhile, this one frees and loads too.
    Mine.erase(Mine.begin() + I % Mine.size());
    Mine.push_back(load(*A, uint16_t(6000 + I)));
    Passed += C.wait();
    Failures += !allRight(Mine);
  }
  Done = true;
  for (std::thread &T : Threads)
    T.join();
  CHECK(Passed == Forks);
  CHECK(Failures == 0);
  CHECK(Rounds > 0);
  CHECK(A->verify());
  Mine.clear();
  A->trim();
  CHECK(A->stats().CommittedBytes == 0);
  CHECK(A->stats().FrozenBytes == 0);
}
