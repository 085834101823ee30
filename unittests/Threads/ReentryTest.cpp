//===- ReentryTest.cpp - Objects that are linked within one another -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Child.h"
#include "Support/Layouts.h"
#include "Support/Threads.h"
#include "Support/Watchdog.h"
#include "ThreadedJIT.h"
#include "llvm/ExecutionEngine/Orc/Layer.h"

using namespace jitslab;
using namespace llvm;

namespace {

std::string numbered(const char *Stem, size_t Thread, size_t I) {
  return Stem + std::to_string(Thread) + "_" + std::to_string(I);
}

/// Sums what f0 to fLast return that call one another, each for the first time.
int chainResult(int X, int Last) {
  int Sum = 0;
  for (int I = 0; I <= Last; ++I)
    Sum += testResult(X, I, 1);
  return Sum;
}

/// A module that looks up another symbol, and waits for it, before it is
/// compiled itself.
class LookingUp : public orc::IRMaterializationUnit {
public:
  LookingUp(orc::LLJIT &JIT, const std::string &Name, int Add,
            std::string Needed, const std::string &Callee = {})
      : IRMaterializationUnit(JIT.getExecutionSession(),
                              *JIT.getIRCompileLayer().getManglingOptions(),
                              moduleFor(JIT, Name, Add, Callee)),
        JIT(JIT), Needed(std::move(Needed)) {}

private:
  static orc::ThreadSafeModule moduleFor(orc::LLJIT &JIT,
                                         const std::string &Name, int Add,
                                         const std::string &Callee) {
    orc::ThreadSafeModule M = makeThreadSafeModule(Name, Add, Callee);
    M.withModuleDo([&](Module &M) { M.setDataLayout(JIT.getDataLayout()); });
    return M;
  }

  void
  materialize(std::unique_ptr<orc::MaterializationResponsibility> R) override {
    auto Function = functionOf(JIT, Needed);
    if (!Function) {
      JIT.getExecutionSession().reportError(Function.takeError());
      return R->failMaterialization();
    }
    JIT.getIRCompileLayer().emit(std::move(R), std::move(TSM));
  }

  orc::LLJIT &JIT;
  std::string Needed;
};

/// Knows "generated<I>": has "needed<I>" linked from another JITDylib, and only
/// then adds the definition.
class LoadingGenerator : public orc::DefinitionGenerator {
public:
  LoadingGenerator(orc::LLJIT &JIT, orc::JITDylib &Library)
      : JIT(JIT), Library(Library) {}

  Error tryToGenerate(orc::LookupState &, orc::LookupKind, orc::JITDylib &JD,
                      orc::JITDylibLookupFlags,
                      const orc::SymbolLookupSet &Symbols) override {
    for (const auto &Entry : Symbols) {
      StringRef Name = *Entry.first;
      if (!Name.consume_front("generated"))
        continue;
      std::string Needed = ("needed" + Name).str();
      if (Error Err = JIT.addIRModule(Library, makeThreadSafeModule(Needed, 5)))
        return Err;
      if (auto Linked = JIT.lookup(Library, Needed); !Linked)
        return Linked.takeError();
      if (Error Err = JIT.addIRModule(
              JD, makeThreadSafeModule(("generated" + Name).str(), 6)))
        return Err;
      ++Generated;
    }
    return Error::success();
  }

  std::atomic<size_t> Generated{0};

private:
  orc::LLJIT &JIT;
  orc::JITDylib &Library;
};

} // namespace

TEST_CASE("An object whose materialisation looks up others is linked") {
  if (!orcIsForThreads())
    return;
  Layout L = anyLayout();
  LinkerKind K = anyLinker();
  INFO(nameOf(K) << ", layout " << int(L));
  Watchdog Dog("materialisation looks up other symbols");
  std::shared_ptr<Arena> Memory = arenaWith(L);
  // Whoever looks something up materialises it, in several threads at once.
  auto JIT = valueOf(makeThreadedJIT(K, Memory, /*CompileThreads=*/0));
  constexpr size_t Threads = 3;
  constexpr int Depth = 8;
  runThreads(Threads, [&](size_t Thread, Problems &P) {
    for (size_t Round = 0, End = rounds(8); Round != End; ++Round) {
      auto Name = [&](int I) {
        return numbered("chain", Thread, Round) + "_" + std::to_string(I);
      };
      P.check(JIT->addIRModule(makeThreadSafeModule(Name(0), 0)), "adding");
      for (int I = 1; I <= Depth; ++I)
        P.check(JIT->getMainJITDylib().define(std::make_unique<LookingUp>(
                    *JIT, Name(I), I, Name(I - 1), Name(I - 1))),
                "defining");
      auto Last = functionOf(*JIT, Name(Depth));
      if (P.check(Last.takeError(), "looking up"))
        P.check((*Last)(2) == chainResult(2, Depth), "the result");
    }
  });
  CHECK(Memory->stats().LiveObjects == Threads * rounds(8) * (Depth + 1));
  CHECK(Memory->verify());
}

TEST_CASE("Compile threads wait for one another without a deadlock") {
  if (!orcIsForThreads())
    return;
  Layout L = anyLayout();
  LinkerKind K = anyLinker();
  INFO(nameOf(K) << ", layout " << int(L));
  Watchdog Dog("compile threads wait for one another");
  std::shared_ptr<Arena> Memory = arenaWith(L);
  // ORC itself needs a thread for each that waits, and one that works.
  auto JIT = valueOf(makeThreadedJIT(K, Memory, /*CompileThreads=*/4));
  runThreads(3, [&](size_t Thread, Problems &P) {
    for (size_t Round = 0, End = rounds(20); Round != End; ++Round) {
      std::string Inner = numbered("inner", Thread, Round),
                  Outer = numbered("outer", Thread, Round);
      P.check(JIT->addIRModule(makeThreadSafeModule(Inner, 1)), "adding");
      P.check(JIT->getMainJITDylib().define(
                  std::make_unique<LookingUp>(*JIT, Outer, 2, Inner, Inner)),
              "defining");
      auto Function = functionOf(*JIT, Outer);
      if (P.check(Function.takeError(), "looking up"))
        P.check((*Function)(3) == testResult(3, 2, 1) + testResult(3, 1, 1),
                "the result");
    }
  });
  CHECK(Memory->stats().LiveObjects == 3 * rounds(20) * 2);
}

TEST_CASE("A generator links an object while another one waits for it") {
  if (!orcIsForThreads())
    return;
  Layout L = anyLayout();
  LinkerKind K = anyLinker();
  unsigned CompileThreads = GENERATE(0u, 4u);
  INFO(nameOf(K) << ", layout " << int(L) << ", " << CompileThreads
                 << " compile threads");
  Watchdog Dog("a generator links objects");
  std::shared_ptr<Arena> Memory = arenaWith(L);
  auto JIT = valueOf(makeThreadedJIT(K, Memory, CompileThreads));
  orc::JITDylib &Library = valueOf(JIT->createJITDylib("library"));
  auto Owned = std::make_unique<LoadingGenerator>(*JIT, Library);
  LoadingGenerator &Generator = *Owned;
  JIT->getMainJITDylib().addGenerator(std::move(Owned));
  constexpr size_t Threads = 3;
  runThreads(Threads, [&](size_t Thread, Problems &P) {
    for (size_t Round = 0, End = rounds(10); Round != End; ++Round) {
      // An undefined symbol of an object that is being linked.
      std::string User = numbered("user", Thread, Round),
                  Used = numbered("generated", Thread, Round);
      P.check(JIT->addIRModule(makeThreadSafeModule(User, 1, Used)), "adding");
      auto Function = functionOf(*JIT, User);
      if (P.check(Function.takeError(), "looking up"))
        P.check((*Function)(1) == testResult(1, 1, 1) + testResult(1, 6, 1),
                "the result");
    }
  });
  CHECK(Generator.Generated == Threads * rounds(10));
  CHECK(Memory->stats().LiveObjects == Threads * rounds(10) * 3);
  CHECK(Memory->verify());
}

TEST_CASE("Callbacks of the linker link further objects and trim the arena") {
  if (!orcIsForThreads())
    return;
  Layout L = anyLayout();
  LinkerKind K = anyLinker();
  unsigned CompileThreads = GENERATE(0u, 4u);
  INFO(nameOf(K) << ", layout " << int(L) << ", " << CompileThreads
                 << " compile threads");
  Watchdog Dog("callbacks link further objects");
  std::shared_ptr<Arena> Memory = arenaWith(L);
  orc::LLJIT *Running = nullptr;
  std::atomic<size_t> Nested{0}, Wrong{0};
  // For "outer<N>" links "<Stem><N>", and uses the arena besides.
  auto LinkAnother = [&](StringRef Name, const char *Stem) {
    if (!Name.consume_front("outer"))
      return;
    auto Function = functionOf(*Running, (Stem + Name).str());
    if (Function)
      Wrong += (*Function)(0) != testResult(0, 9, 1);
    else
      ++Wrong, consumeError(Function.takeError());
    Memory->trim();
    Wrong += !Memory->verify();
    ++Nested;
  };
  LinkCallbacks Callbacks;
  Callbacks.OnAllocated = [&](StringRef Name) { LinkAnother(Name, "early"); };
  Callbacks.OnSealed = [&](StringRef Name) { LinkAnother(Name, "late"); };
  auto JIT = valueOf(makeThreadedJIT(K, Memory, CompileThreads, Callbacks));
  Running = JIT.get();
  constexpr size_t Threads = 3;
  runThreads(Threads, [&](size_t Thread, Problems &P) {
    for (size_t Round = 0, End = rounds(10); Round != End; ++Round) {
      for (const char *Stem : {"early", "late"})
        P.check(JIT->addIRModule(
                    makeThreadSafeModule(numbered(Stem, Thread, Round), 9)),
                "adding");
      std::string Outer = numbered("outer", Thread, Round);
      P.check(JIT->addIRModule(makeThreadSafeModule(Outer, 4)), "adding");
      auto Function = functionOf(*JIT, Outer);
      if (P.check(Function.takeError(), "looking up"))
        P.check((*Function)(3) == testResult(3, 4, 1), "the result");
      // With RuntimeDyld the second callback may not have come that far, and
      // those of several rounds could wait in all threads that ORC has.
      P.check(functionOf(*JIT, numbered("late", Thread, Round)).takeError(),
              "looking up what the second callback links");
    }
  });
  // ORC's RuntimeDyld layer calls the second one when the symbols are ready.
  const size_t Expected = Threads * rounds(10) * 2;
  waitUntil([&] { return Nested == Expected; });
  CHECK(Nested == Expected);
  CHECK(Wrong == 0);
  CHECK(Memory->stats().LiveObjects == Threads * rounds(10) * 3);
}

TEST_CASE("Control: a manager that locks around callbacks ends in a deadlock") {
  LinkerKind K = anyLinker();
  ChildOutcome Outcome = runInChild([&] {
    Watchdog Dog("the control, which is expected to hang",
                 std::chrono::seconds(3));
    auto JIT = cantFail(makeLockingJIT(K, arenaWith(Layout::PerProtection)));
    cantFail(JIT->addIRModule(makeThreadSafeModule("callee", 1)));
    cantFail(JIT->addIRModule(makeThreadSafeModule("caller", 2, "callee")));
    return cantFail(functionOf(*JIT, "caller"))(0) == 0;
  });
  INFO(nameOf(K) << ": " << Outcome.describe());
  CHECK(WIFEXITED(Outcome.Status));
  if (WEXITSTATUS(Outcome.Status) != Watchdog::Status)
    FAIL("THE CONTROL DID NOT HANG: objects are not linked within one another, "
         "so the tests of re-entry prove nothing");
}
