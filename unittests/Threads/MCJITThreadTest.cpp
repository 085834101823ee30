//===- MCJITThreadTest.cpp - Many MCJIT engines on one arena --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/NativeTarget.h"
#include "Support/Random.h"
#include "Support/Threads.h"
#include "Support/Watchdog.h"
#include "ThreadedJIT.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/ExecutionEngine.h"
#include "llvm/ExecutionEngine/MCJIT.h"

using namespace jitslab;
using namespace llvm;

namespace {

/// An engine with three modules, each of which calls the one before.
class Engine {
public:
  explicit Engine(std::shared_ptr<Arena> Memory)
      : Context(std::make_unique<LLVMContext>()) {
    auto Owned = std::make_unique<ReservingMemoryManager>(std::move(Memory));
    Manager = Owned.get();
    JIT.reset(EngineBuilder(makeTestModule(*Context, "f0", 0))
                  .setEngineKind(EngineKind::JIT)
                  .setMCJITMemoryManager(std::move(Owned))
                  .setCodeModel(CodeModel::Small)
                  .setRelocationModel(Reloc::PIC_)
                  .create());
    if (!JIT)
      return;
    for (int I = 1; I != Modules; ++I)
      JIT->addModule(makeTestModule(*Context, "f" + std::to_string(I), I,
                                    "f" + std::to_string(I - 1)));
    JIT->finalizeObject();
    Function = reinterpret_cast<TestFunction *>(
        JIT->getFunctionAddress("f" + std::to_string(Modules - 1)));
  }

  Error takeError() { return Manager->takeError(); }
  bool works(int X) {
    if (!Function)
      return false;
    ++Calls;
    int Expected = 0;
    for (int I = 0; I != Modules; ++I)
      Expected += testResult(X, I, Calls);
    return Function(X) == Expected;
  }

  static constexpr int Modules = 3;

private:
  std::unique_ptr<LLVMContext> Context;
  std::unique_ptr<ExecutionEngine> JIT;
  ReservingMemoryManager *Manager = nullptr;
  TestFunction *Function = nullptr;
  int Calls = 0;
};

} // namespace

TEST_CASE("Many MCJIT engines in many threads share an arena") {
  Layout L = anyLayoutThatReusesCode();
  const uint64_t Seed = testSeed(9);
  INFO("JITSLAB_TEST_SEED=" << Seed << ", layout " << int(L));
  Watchdog Dog("many MCJIT engines on one arena");
  initializeTarget();
  ArenaOptions O = smallOptions();
  O.ObjectLayout = L;
  std::shared_ptr<Arena> Memory = valueOf(Arena::create(O));
  constexpr size_t Threads = 4, MostLive = 25;
  std::vector<std::vector<std::unique_ptr<Engine>>> Live(Threads);
  Background Housekeeping([&](Problems &P) {
    Memory->trim();
    P.check(isConsistent(Memory->stats()), "the statistics");
    P.check(Memory->verify(), "Arena::verify");
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  });
  runThreads(Threads, [&](size_t Thread, Problems &P) {
    Random Rand(Seed + Thread);
    std::vector<std::unique_ptr<Engine>> &Mine = Live[Thread];
    for (size_t Round = 0, End = rounds(60); Round != End; ++Round) {
      Mine.push_back(std::make_unique<Engine>(Memory));
      P.check(Mine.back()->takeError(), "an engine's memory manager");
      P.check(Mine.back()->works(int(Round)), "a new engine's result");
      P.check(Mine[Rand.below(Mine.size())]->works(7), "an older engine's");
      if (Mine.size() == MostLive || Rand.percent(30))
        Mine.erase(Mine.begin() + Rand.below(Mine.size()));
    }
  });
  Housekeeping.finish();
  size_t Engines = 0;
  for (const auto &Mine : Live)
    Engines += Mine.size();
  CHECK(Memory->stats().LiveObjects == Engines * Engine::Modules);
  // What one thread has made another one ends.
  runThreads(Threads, [&](size_t Thread, Problems &P) {
    auto &Other = Live[(Thread + 1) % Threads];
    for (std::unique_ptr<Engine> &E : Other)
      P.check(E->works(1), "an engine that another thread made");
    Other.clear();
    P.check(true, "");
  });
  CHECK(Memory->stats().LiveBytes == 0);
  CHECK(Memory->verify());
}
