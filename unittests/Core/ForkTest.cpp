//===- ForkTest.cpp - Two processes with the same code --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Platform/Fork.h"
#include "Support/ArenaFixture.h"
#include "Support/Child.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include "Support/Random.h"
#include <atomic>
#include <fcntl.h>
#include <spawn.h>
#include <thread>

using namespace jitslab;

namespace {

struct Function {
  Allocation Object;
  uint16_t Value = 0;

  bool isRight() const {
    return callFunction(Object[SegmentKind::Code].Executor) == Value;
  }
};

ArenaOptions denseOptions() {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = Layout::Dense;
  O.WindowSize = 16 * SlabSize;
  return O;
}

// Without Catch2's assertions: also for children and threads.
Function load(Arena &A, uint16_t Value, size_t Size = 200) {
  Function F;
  F.Value = Value;
  F.Object = llvm::cantFail(A.allocate(footprint(Size, 16, 16)));
  writeFunction(F.Object[SegmentKind::Code].Working, Value);
  llvm::cantFail(sealOne(A, F.Object));
  return F;
}

std::vector<Function> loadSome(Arena &A, uint16_t First, size_t N) {
  std::vector<Function> Functions;
  for (size_t I = 0; I != N; ++I)
    Functions.push_back(load(A, uint16_t(First + I)));
  return Functions;
}

bool allRight(const std::vector<Function> &Functions) {
  return std::all_of(Functions.begin(), Functions.end(),
                     [](const Function &F) { return F.isRight(); });
}

/// Lets one process wait for another.
class Turn {
public:
  Turn() { Ok = pipe(Ends) == 0; }
  ~Turn() {
    close(Ends[0]);
    close(Ends[1]);
  }
  void pass() { Ok &= write(Ends[1], "x", 1) == 1; }
  void wait() {
    char C;
    Ok &= read(Ends[0], &C, 1) == 1;
  }
  bool Ok;

private:
  int Ends[2];
};

/// Runs \p Body in a child at the same time. wait says whether it returned
/// true.
class Child {
public:
  template <typename Fn> explicit Child(Fn Body) {
    ID = fork();
    if (ID == 0)
      _exit(Body() ? 0 : 1);
  }
  bool wait() {
    ChildOutcome Outcome;
    waitpid(ID, &Outcome.Status, 0);
    UNSCOPED_INFO("child: " << Outcome.describe());
    return Outcome.passed();
  }

private:
  pid_t ID;
};

bool loadAndFree(Arena &A, uint64_t Seed, std::vector<Function> Old,
                 int Steps) {
  Random Rand(Seed);
  std::vector<Function> Live;
  bool Ok = allRight(Old);
  for (int Step = 0; Step != Steps && Ok; ++Step) {
    Live.push_back(load(A, uint16_t(Rand.next()), Rand.between(8, 5000)));
    Ok &= Live[Rand.below(Live.size())].isRight();
    if (Rand.percent(60))
      Live.erase(Live.begin() + Rand.below(Live.size()));
    if (!Old.empty() && Rand.percent(10))
      Old.erase(Old.begin() + Rand.below(Old.size()));
    if (Rand.percent(2))
      A.trim();
  }
  return Ok && allRight(Live) && allRight(Old) && A.verify();
}

} // namespace

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

TEST_CASE("A parent uses what was free at a fork, and nothing that was live") {
  WindowMemory Memory;
  auto A = valueOf(ArenaAccess::create(denseOptions(), Memory));
  // In whole granules.
  constexpr size_t CodeBytes = 256, BothBytes = CodeBytes + 64;
  std::vector<Function> Old = loadSome(*A, 1000, 100);
  REQUIRE(Child([] { return true; }).wait());
  std::vector<Function> New = loadSome(*A, 2000, 100);
  ArenaStats S = A->stats();
  CHECK(S.FrozenBytes == 0);
  CHECK(S.CommittedBytes == 3 * SlabSize);
  CHECK(Memory.OpenShared == 1);

  uintptr_t OldCode = Old[50].Object[SegmentKind::Code].Executor;
  Old.erase(Old.begin() + 50);
  CHECK(A->stats().FrozenBytes == BothBytes);
  for (uint16_t I = 0; I != 100; ++I)
    New.push_back(load(*A, uint16_t(3000 + I)));
  for (const Function &F : New) {
    uintptr_t Begin = F.Object[SegmentKind::Code].Executor;
    CHECK((Begin >= OldCode + CodeBytes || Begin + CodeBytes <= OldCode));
  }
  // Its contents stay too.
  CHECK(callFunction(OldCode) == 1050);
  CHECK(allRight(New));
  CHECK(A->verify());

  // What came after the fork is free when it is given back.
  New.clear();
  CHECK(A->stats().FrozenBytes == BothBytes);
  A->trim();
  CHECK(A->stats().FrozenBytes == BothBytes);
  Old.clear();
  S = A->stats();
  CHECK(S.FrozenBytes == 0);
  CHECK(hasRights(OldCode, "---"));
  // What comes to these addresses next is other memory.
  Function Next = load(*A, 6);
  CHECK(Next.Object[SegmentKind::Code].Executor < OldCode + SlabSize);
  CHECK(Memory.OpenShared == 1);
  CHECK(A->verify());
}

TEST_CASE("What a parent shrinks after a fork is not used again") {
  auto A = valueOf(Arena::create(denseOptions()));
  Allocation Object = valueOf(A->allocate(footprint(10000, 0, 0)));
  uintptr_t Begin = Object[SegmentKind::Code].Executor;
  REQUIRE(Child([] { return true; }).wait());
  Object.shrink(SegmentKind::Code, 100);
  CHECK(A->stats().FrozenBytes == 10048 - 128);
  Function New = load(*A, 1);
  uintptr_t Code = New.Object[SegmentKind::Code].Executor;
  CHECK((Code >= Begin + 10048 || Code + 256 <= Begin));
  CHECK(A->verify());
}

TEST_CASE("Children of many forks run what was live, whatever is loaded next") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator does not see that code in Dense was replaced");
    return;
  }
  const uint64_t Seed = testSeed(815);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  Random Rand(Seed);
  auto A = valueOf(Arena::create(denseOptions()));
  constexpr size_t NumChildren = 12;
  Turn Ends[NumChildren];
  std::vector<Child> Children;
  std::vector<Function> Mine = loadSome(*A, 100, 50);
  for (size_t I = 0; I != NumChildren; ++I) {
    Children.emplace_back([&] {
      Ends[I].wait();
      bool Ok = allRight(Mine);
      return loadAndFree(*A, Seed + I, std::move(Mine), 50) && Ok;
    });
    // Other code, in place of what the child may run if that were possible.
    for (int Step = 0; Step != 200; ++Step) {
      if (Rand.percent(50) && !Mine.empty())
        Mine.erase(Mine.begin() + Rand.below(Mine.size()));
      else
        Mine.push_back(load(*A, uint16_t(Rand.next()), Rand.between(8, 20000)));
      if (Rand.percent(2))
        A->trim();
    }
    if (Rand.percent(20))
      Mine.clear();
  }
  for (size_t I = 0; I != NumChildren; ++I) {
    Ends[I].pass();
    CHECK(Children[I].wait());
  }
  CHECK(allRight(Mine));
  CHECK(A->verify());
  Mine.clear();
  CHECK(A->stats().FrozenBytes == 0);
}

TEST_CASE("Forks of a host that keeps what it loads cost no descriptors") {
  ArenaOptions O;
  O.ObjectLayout = Layout::Dense;
  auto A = valueOf(Arena::create(O));
  auto Descriptors = [] {
    size_t Count = 0;
    for (int D = 0; D != 1024; ++D)
      Count += fcntl(D, F_GETFD) != -1;
    return Count;
  };
  size_t Mappings = currentMappings().size();
  size_t Before = Descriptors();
  std::vector<Function> Kept;
  const uint16_t NumForks = isBrief() ? 50 : 300;
  for (uint16_t I = 0; I != NumForks; ++I) {
    Kept.push_back(load(*A, I));
    CHECK(Child([&] {
            return Kept.back().isRight() && load(*A, 9).isRight();
          }).wait());
  }
  CHECK(Descriptors() <= Before + 1);
  CHECK(currentMappings().size() < Mappings + 20);
  CHECK(allRight(Kept));
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

TEST_CASE("A parent goes on with an object whose pieces span a fork") {
  auto A = valueOf(Arena::create(denseOptions()));
  Function F;
  F.Value = 7;
  F.Object = valueOf(A->allocate(footprint(100, 0, 0)));
  REQUIRE(Child([] { return true; }).wait());
  // Not in place: it is told by an allocation what was taken before the fork.
  CHECK(!A->enlarge(F.Object, SegmentKind::ROData, 0, {10, 1}));
  Allocation More = valueOf(A->allocate(footprint(0, 10, 0), &F.Object));
  writeFunction(F.Object[SegmentKind::Code].Working, F.Value);
  More[SegmentKind::ROData].Working[0] = 3;
  Allocation *Both[] = {&F.Object, &More};
  REQUIRE_SUCCESS(A->seal(Both));
  CHECK(F.isRight());
  CHECK(A->verify());
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

TEST_CASE("Fifty forks of a host whose threads load and free") {
  const uint64_t Seed = testSeed(4711);
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
  for (uint64_t I = 0; I != 50; ++I) {
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
  CHECK(Passed == 50);
  CHECK(Failures == 0);
  CHECK(Rounds > 0);
  CHECK(A->verify());
  Mine.clear();
  A->trim();
  CHECK(A->stats().CommittedBytes == 0);
  CHECK(A->stats().FrozenBytes == 0);
}
