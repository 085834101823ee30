//===- LLJITThreadTest.cpp - Compile, call and remove at once -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Random.h"
#include "Support/Threads.h"
#include "Support/Watchdog.h"
#include "ThreadedJIT.h"
#include "jitslab/ArenaSnapshot.h"
#include <future>

using namespace jitslab;
using namespace llvm;

namespace {

constexpr unsigned CompileThreads = 4;
constexpr size_t Drivers = 4;

/// Small windows, so that some are added and given back in between.
std::shared_ptr<Arena> makeArena(Layout L) {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = L;
  return valueOf(Arena::create(O));
}

/// What a host's housekeeping thread may do at any time.
void keepHouse(Arena &A, Problems &P) {
  A.trim();
  ArenaStats S = A.stats();
  P.check(isConsistent(S), "the statistics do not fit together");
  ArenaSnapshot Shot = A.snapshot();
  P.check(!Shot.Windows.empty(), "a snapshot without a window");
  P.check(A.verify(), "Arena::verify");
  // Not so often that nobody else gets the lock.
  std::this_thread::sleep_for(std::chrono::microseconds(200));
}

void checkEmpty(Arena &A) {
  CHECK(A.stats().LiveObjects == 0);
  CHECK(A.stats().LiveBytes == 0);
  CHECK(A.verify());
  A.trim();
  CHECK(A.stats().CommittedBytes == 0);
  CHECK(A.stats().Windows == 1);
}

/// Two objects in two modules, the second of which calls the first.
struct LoadedPair {
  orc::ResourceTrackerSP Tracker;
  TestFunction *Function = nullptr;
  int Add = 0;
  int Calls = 0;
};

Error loadPair(orc::LLJIT &JIT, const std::string &Name, int Add,
               LoadedPair &Pair) {
  Pair.Tracker = JIT.getMainJITDylib().createResourceTracker();
  Pair.Add = Add;
  if (Error Err = JIT.addIRModule(Pair.Tracker,
                                  makeThreadSafeModule(Name + "_callee", Add)))
    return Err;
  if (Error Err = JIT.addIRModule(
          Pair.Tracker, makeThreadSafeModule(Name, Add, Name + "_callee")))
    return Err;
  auto Function = functionOf(JIT, Name);
  if (!Function)
    return Function.takeError();
  Pair.Function = *Function;
  return Error::success();
}

bool callPair(LoadedPair &Pair, int X) {
  ++Pair.Calls;
  return Pair.Function(X) == 2 * testResult(X, Pair.Add, Pair.Calls);
}

/// Loads, calls older ones, and removes in random order. What is left is in
/// \p Live.
void drive(orc::LLJIT &JIT, size_t Thread, uint64_t Seed,
           std::vector<LoadedPair> &Live, Problems &P) {
  constexpr size_t MostLive = 8;
  Random Rand(Seed + Thread);
  for (size_t Round = 0, End = rounds(40); Round != End; ++Round) {
    std::string Name =
        "t" + std::to_string(Thread) + "_" + std::to_string(Round);
    LoadedPair New;
    if (!P.check(loadPair(JIT, Name, int(Rand.below(1000000)), New), "loading"))
      return;
    P.check(callPair(New, int(Round)), "a new function's result");
    Live.push_back(std::move(New));
    P.check(callPair(Live[Rand.below(Live.size())], int(Rand.below(100))),
            "an older function's result");
    if (Live.size() == MostLive || Rand.percent(40)) {
      size_t Which = Rand.below(Live.size());
      P.check(Live[Which].Tracker->remove(), "removing");
      Live.erase(Live.begin() + Which);
    }
  }
}

} // namespace

TEST_CASE("Threads compile, load, call and remove while another one trims") {
  if (!orcIsForThreads())
    return;
  Layout L = anyLayoutThatReusesCode();
  LinkerKind K = anyLinker();
  const uint64_t Seed = testSeed(7);
  INFO("JITSLAB_TEST_SEED=" << Seed << ", " << nameOf(K) << ", layout "
                            << int(L));
  Watchdog Dog("threads compile, load, call and remove");
  std::shared_ptr<Arena> Memory = makeArena(L);
  {
    auto JIT = valueOf(makeThreadedJIT(K, Memory, CompileThreads));
    // ORC's RuntimeDyld layer makes symbols ready before it is done with their
    // object, and reports it when the tracker has gone in between.
    JIT->getExecutionSession().setErrorReporter(consumeError);
    Background Housekeeping([&](Problems &P) { keepHouse(*Memory, P); });
    std::vector<std::vector<LoadedPair>> Left(Drivers);
    runThreads(Drivers, [&](size_t Thread, Problems &P) {
      drive(*JIT, Thread, Seed, Left[Thread], P);
    });
    Housekeeping.finish();
    CHECK(Memory->stats().LiveObjects > 0);
    // ORC takes trackers again that a compile thread is about to delete
    // (docs/upstream.md), so they outlive those threads.
    REQUIRE_SUCCESS(JIT->getExecutionSession().endSession());
    Left.clear();
  }
  checkEmpty(*Memory);
}

TEST_CASE("A symbol that all threads look up at once is linked once") {
  if (!orcIsForThreads())
    return;
  Layout L = anyLayout();
  LinkerKind K = anyLinker();
  INFO(nameOf(K) << ", layout " << int(L));
  Watchdog Dog("all threads look up the same symbols");
  std::shared_ptr<Arena> Memory = makeArena(L);
  size_t Symbols = rounds(40);
  {
    std::atomic<size_t> Linked{0};
    LinkCallbacks Count;
    Count.OnSealed = [&](StringRef) { ++Linked; };
    auto JIT = valueOf(makeThreadedJIT(K, Memory, CompileThreads, Count));
    for (size_t I = 0; I != Symbols; ++I)
      REQUIRE_SUCCESS(JIT->addIRModule(
          makeThreadSafeModule("shared" + std::to_string(I), int(I))));
    std::vector<std::vector<TestFunction *>> Found(Drivers);
    runThreads(Drivers, [&](size_t Thread, Problems &P) {
      for (size_t I = 0; I != Symbols; ++I) {
        auto Function = functionOf(*JIT, "shared" + std::to_string(I));
        if (!P.check(Function.takeError(), "looking up"))
          return;
        Found[Thread].push_back(*Function);
      }
    });
    for (size_t I = 0; I != Symbols; ++I) {
      for (size_t T = 1; T != Drivers; ++T)
        CHECK(Found[T].at(I) == Found[0].at(I));
      CHECK(Found[0].at(I)(1) == testResult(1, int(I), 1));
    }
    // RuntimeDyld's callback comes after the symbols are ready.
    waitUntil([&] { return Linked == Symbols; });
    CHECK(Linked == Symbols);
    CHECK(Memory->stats().LiveObjects == Symbols);
  }
  checkEmpty(*Memory);
}

/// Removes code while it is being compiled and linked by other threads. ORC
/// says which of the two came first; memory comes back in every case.
static void removeInFlight(orc::LLJIT &JIT, size_t Thread, uint64_t Seed,
                           std::atomic<size_t> &TooLate, Problems &P) {
  orc::ExecutionSession &ES = JIT.getExecutionSession();
  Random Rand(Seed + Thread);
  for (size_t Round = 0, End = rounds(100); Round != End; ++Round) {
    std::string Name =
        "gone" + std::to_string(Thread) + "_" + std::to_string(Round);
    auto Tracker = JIT.getMainJITDylib().createResourceTracker();
    P.check(JIT.addIRModule(Tracker, makeThreadSafeModule(Name, 1)), "adding");
    std::promise<bool> Ready;
    ES.lookup(
        orc::LookupKind::Static,
        orc::makeJITDylibSearchOrder(&JIT.getMainJITDylib()),
        orc::SymbolLookupSet(JIT.mangleAndIntern(Name)),
        orc::SymbolState::Ready,
        [&](Expected<orc::SymbolMap> Result) {
          bool Ok = bool(Result);
          consumeError(Result.takeError());
          Ready.set_value(Ok);
        },
        orc::NoDependenciesToRegister);
    // At another point of its way each time.
    std::this_thread::sleep_for(std::chrono::microseconds(Rand.below(3000)));
    P.check(Tracker->remove(), "removing");
    TooLate += Ready.get_future().get();
  }
}

TEST_CASE("Code that is removed while it is being linked leaves no memory") {
  if (!orcIsForThreads())
    return;
  Layout L = anyLayout();
  LinkerKind K = anyLinker();
  const uint64_t Seed = testSeed(8);
  INFO("JITSLAB_TEST_SEED=" << Seed << ", " << nameOf(K) << ", layout "
                            << int(L));
  Watchdog Dog("code is removed while it is being linked");
  std::shared_ptr<Arena> Memory = makeArena(L);
  std::atomic<size_t> TooLate{0};
  {
    auto JIT = valueOf(makeThreadedJIT(K, Memory, CompileThreads));
    // Each removal that comes in between is reported here as well.
    JIT->getExecutionSession().setErrorReporter(consumeError);
    runThreads(Drivers, [&](size_t Thread, Problems &P) {
      removeInFlight(*JIT, Thread, Seed, TooLate, P);
    });
    // The last ones may still be on their way out of the compile threads.
    CHECK(waitUntil([&] { return Memory->stats().LiveObjects == 0; }));
  }
  size_t All = Drivers * rounds(100);
  INFO(TooLate << " of " << All << " were ready before they were removed");
  // Otherwise nothing was removed in between.
  CHECK(TooLate < All);
  checkEmpty(*Memory);
}
