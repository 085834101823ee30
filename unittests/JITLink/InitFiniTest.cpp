//===- InitFiniTest.cpp - Static constructors without a runtime -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Child.h"
#include "Support/Layouts.h"
#include "Support/Threads.h"
#include "TestJIT.h"
#include "jitslab/InitFiniPlugin.h"
#include "llvm/ExecutionEngine/Orc/Debugging/DebugInfoSupport.h"
#include <unistd.h>

using namespace jitslab;
using namespace llvm;

static std::vector<int> Log;
static void logEvent(int Event) { Log.push_back(Event); }

namespace {

using Events = std::vector<int>;

/// host_log is another test's where the process is asked for it.
Error defineLog(orc::JITDylib &JD) {
  orc::ExecutionSession &ES = JD.getExecutionSession();
  orc::SymbolMap Symbols;
  Symbols[ES.intern("host_log")] = {orc::ExecutorAddr::fromPtr(&logEvent),
                                    JITSymbolFlags::Exported};
  return JD.define(orc::absoluteSymbols(std::move(Symbols)));
}

std::unique_ptr<orc::LLJIT> makeInitJIT(std::shared_ptr<Arena> Memory,
                                        std::shared_ptr<InitFiniPlugin> Statics,
                                        bool HasPlatform = true) {
  Log.clear();
  ArenaJITLinkOptions Options;
  Options.Statics = std::move(Statics);
  auto JIT = valueOf(makeJIT([&](orc::LLJITBuilder &Builder) {
    useArena(Builder, Memory, Options);
    if (!HasPlatform)
      Builder.setPlatformSetUp(orc::setUpInactivePlatform);
  }));
  REQUIRE_SUCCESS(defineLog(JIT->getMainJITDylib()));
  return JIT;
}

} // namespace

TEST_CASE("Static constructors and destructors run by priority") {
  auto Memory = anyArena();
  auto Statics = std::make_shared<InitFiniPlugin>();
  auto JIT = makeInitJIT(Memory, Statics);
  orc::JITDylib &Main = JIT->getMainJITDylib();
  REQUIRE_SUCCESS(addObjects(*JIT, {"initorder"}));
  REQUIRE_SUCCESS(JIT->initialize(Main));
  CHECK(Log == Events{});
  Statics->initialize(Main);
  // Those of .init_array and of .ctors have one priority, in any order.
  REQUIRE(Log.size() == 5);
  CHECK(Events(Log.begin(), Log.begin() + 2) == Events{1, 2});
  Events Plain(Log.begin() + 2, Log.end());
  CHECK((Plain == Events{3, 4, 5} || Plain == Events{4, 5, 3}));
  // Once.
  Statics->initialize(Main);
  CHECK(Log.size() == 5);
  Log.clear();
  Statics->deinitialize(Main);
  REQUIRE(Log.size() == 4);
  CHECK((Events(Log.begin(), Log.begin() + 2) == Events{-3, -4} ||
         Events(Log.begin(), Log.begin() + 2) == Events{-4, -3}));
  CHECK(Events(Log.begin() + 2, Log.end()) == Events{-2, -1});
  JIT.reset();
  CHECK(Log.size() == 4);
  CHECK(Memory->stats().LiveBytes == 0);
}

TEST_CASE("Destructors run when their object is removed, before its memory "
          "goes") {
  auto Memory = anyArena();
  auto Statics = std::make_shared<InitFiniPlugin>();
  auto JIT = makeInitJIT(Memory, Statics);
  orc::JITDylib &Main = JIT->getMainJITDylib();
  auto Tracker = Main.createResourceTracker();
  REQUIRE_SUCCESS(JIT->addObjectFile(Tracker, readObject("initorder")));
  REQUIRE_SUCCESS(JIT->initialize(Main));
  Statics->initialize(Main);
  Log.clear();
  REQUIRE_SUCCESS(Tracker->remove());
  CHECK(Log.size() == 4);
  Log.clear();
  Statics->deinitialize(Main);
  Tracker = nullptr; // It must not outlive the session.
  JIT.reset();
  CHECK(Log == Events{});
}

TEST_CASE("Destructors do not run where constructors have not") {
  auto JIT = makeInitJIT(anyArena(), std::make_shared<InitFiniPlugin>());
  REQUIRE_SUCCESS(addObjects(*JIT, {"initorder"}));
  REQUIRE_SUCCESS(JIT->lookup("init_anchor").takeError());
  JIT.reset();
  CHECK(Log == Events{});
}

TEST_CASE("Destructors of what is constructed after a deinitialize run") {
  auto Statics = std::make_shared<InitFiniPlugin>();
  auto JIT = makeInitJIT(anyArena(), Statics);
  orc::JITDylib &Main = JIT->getMainJITDylib();
  REQUIRE_SUCCESS(addObjects(*JIT, {"initorder"}));
  REQUIRE_SUCCESS(JIT->lookup("init_anchor").takeError());
  Statics->deinitialize(Main);
  Statics->initialize(Main);
  CHECK(Log.size() == 5);
  Log.clear();
  Statics->deinitialize(Main);
  CHECK(Log.size() == 4);
}

TEST_CASE(
    "C++ objects are constructed, and destroyed as __cxa_atexit was told") {
  auto Memory = anyArena();
  auto Statics = std::make_shared<InitFiniPlugin>();
  auto JIT = makeInitJIT(Memory, Statics, /*HasPlatform=*/false);
  orc::JITDylib &Main = JIT->getMainJITDylib();
  auto &Layer =
      static_cast<orc::ObjectLinkingLayer &>(JIT->getObjLinkingLayer());
  REQUIRE_SUCCESS(Statics->defineAtExit(Layer, Main));
  auto Tracker = Main.createResourceTracker();
  REQUIRE_SUCCESS(JIT->addObjectFile(Tracker, readObject("staticspic")));
  auto *CatchOwn = valueOf(functionOf<int(int)>(*JIT, "catch_own"));
  Statics->initialize(Main);
  CHECK(Log == Events{1, 2});
  CHECK(CatchOwn(0) == 0);
  SECTION("when the JITDylib is deinitialised") {
    Statics->deinitialize(Main);
    CHECK(Log == Events{1, 2, -2, -1});
  }
  SECTION("when the object is removed") {
    REQUIRE_SUCCESS(Tracker->remove());
    CHECK(Log == Events{1, 2, -2, -1});
  }
  SECTION("when the session ends") {
    Tracker = nullptr;
    JIT.reset();
    CHECK(Log == Events{1, 2, -2, -1});
  }
}

/// Runs only what was linked with all that it refers to.
static void checkFailedAreLeftOut(orc::LLJIT &JIT, InitFiniPlugin &Statics,
                                  const char *Anchor) {
  std::string Reported;
  JIT.getExecutionSession().setErrorReporter(
      [&](Error Err) { Reported += toString(std::move(Err)) + "\n"; });
  REQUIRE_SUCCESS(addObjects(JIT, {"initorder"}));
  REQUIRE_SUCCESS(JIT.lookup("init_anchor").takeError());
  // Nothing that is looked up depends on what fails.
  consumeError(JIT.lookup(Anchor).takeError());
  Reported.clear();
  Statics.initialize(JIT.getMainJITDylib());
  CHECK(Log.size() == 5);
  CHECK(Reported.find("static constructors of an object in main do not run") !=
        std::string::npos);
  Reported.clear();
  Statics.initialize(JIT.getMainJITDylib());
  CHECK(Log.size() == 5);
  CHECK(Reported.empty());
  Log.clear();
  Statics.deinitialize(JIT.getMainJITDylib());
  CHECK(Log.size() == 4);
}

TEST_CASE("Constructors that call what has failed to link do not run") {
  auto Statics = std::make_shared<InitFiniPlugin>();
  auto JIT = makeInitJIT(anyArena(), Statics);
  // It calls call_nobody, whose memory is given to others when it fails.
  REQUIRE_SUCCESS(addObjects(*JIT, {"initcalls", "unresolved"}));
  checkFailedAreLeftOut(*JIT, *Statics, "calls_anchor");
}

namespace {
/// Fails when the object is linked that defines \c Name.
class FailingPlugin final : public orc::ObjectLinkingLayer::Plugin {
public:
  explicit FailingPlugin(orc::SymbolStringPtr Name) : Name(std::move(Name)) {}
  Error notifyEmitted(orc::MaterializationResponsibility &MR) override {
    if (!MR.getSymbols().count(Name))
      return Error::success();
    return make_error<StringError>("refused", inconvertibleErrorCode());
  }
  Error notifyFailed(orc::MaterializationResponsibility &) override {
    return Error::success();
  }
  Error notifyRemovingResources(orc::JITDylib &, orc::ResourceKey) override {
    return Error::success();
  }
  void notifyTransferringResources(orc::JITDylib &, orc::ResourceKey,
                                   orc::ResourceKey) override {}

private:
  orc::SymbolStringPtr Name;
};
} // namespace

TEST_CASE("Constructors of an object that a later plugin refuses do not run") {
  auto Statics = std::make_shared<InitFiniPlugin>();
  auto JIT = makeInitJIT(anyArena(), Statics);
  auto &Layer =
      static_cast<orc::ObjectLinkingLayer &>(JIT->getObjLinkingLayer());
  Layer.addPlugin(std::make_shared<FailingPlugin>(
      JIT->getExecutionSession().intern("catch_own")));
  REQUIRE_SUCCESS(addObjects(*JIT, {"staticspic"}));
  checkFailedAreLeftOut(*JIT, *Statics, "catch_own");
}

TEST_CASE("Zeros where constructors might be are none") {
  auto Statics = std::make_shared<InitFiniPlugin>();
  auto JIT = makeInitJIT(anyArena(), Statics);
  REQUIRE_SUCCESS(addObjects(*JIT, {"zeroctors", "initorder"}));
  REQUIRE_SUCCESS(JIT->lookup("zero_ctors").takeError());
  REQUIRE_SUCCESS(JIT->lookup("init_anchor").takeError());
  Statics->initialize(JIT->getMainJITDylib());
  CHECK(Log.size() == 5);
  Log.clear();
  Statics->deinitialize(JIT->getMainJITDylib());
  CHECK(Log.size() == 4);
}

namespace {
/// Has __cxa_atexit in \c JD from \c Statics, and the object "atexit".
struct AtExitJIT {
  explicit AtExitJIT(std::shared_ptr<Arena> Memory = anyArenaThatReusesCode())
      : JIT(makeInitJIT(std::move(Memory), Statics, /*HasPlatform=*/false)) {}

  std::shared_ptr<InitFiniPlugin> Statics = std::make_shared<InitFiniPlugin>();
  std::unique_ptr<orc::LLJIT> JIT;

  orc::ObjectLinkingLayer &layer() {
    return static_cast<orc::ObjectLinkingLayer &>(JIT->getObjLinkingLayer());
  }
  void load(orc::JITDylib &JD) {
    REQUIRE_SUCCESS(Statics->defineAtExit(layer(), JD));
    REQUIRE_SUCCESS(JIT->addObjectFile(JD, readObject("atexit")));
  }
  template <typename T> T *function(orc::JITDylib &JD, const char *Name) {
    return valueOf(JIT->lookup(JD, Name)).template toPtr<T *>();
  }
};

void logArgument(void *Event) { Log.push_back(*static_cast<int *>(Event)); }
} // namespace

TEST_CASE("What an object with preserved debug sections takes with it is its "
          "own") {
  AtExitJIT A;
  A.layer().addPlugin(std::make_shared<orc::DebugInfoPreservationPlugin>());
  orc::JITDylib &Main = A.JIT->getMainJITDylib();
  A.load(Main);
  auto Tracker = Main.createResourceTracker();
  REQUIRE_SUCCESS(A.JIT->addObjectFile(Tracker, readObject("debugged")));
  REQUIRE_SUCCESS(A.JIT->lookup("jit_outer").takeError());
  // Has null for an argument.
  CHECK(A.function<int()>(Main, "at_exit_own")() == 0);
  REQUIRE_SUCCESS(Tracker->remove());
  CHECK(Log == Events{});
  A.Statics->deinitialize(Main);
  CHECK(Log == Events{-7});
  Tracker = nullptr; // It must not outlive the session.
}

TEST_CASE("With its last object a JITDylib's destructors have run") {
  AtExitJIT A;
  orc::ExecutionSession &ES = A.JIT->getExecutionSession();
  for (int Event = 1; Event != 4; ++Event) {
    orc::JITDylib &JD = ES.createBareJITDylib("short" + std::to_string(Event));
    REQUIRE_SUCCESS(defineLog(JD));
    A.load(JD);
    auto *Register =
        A.function<int(void (*)(void *), void *)>(JD, "at_exit_host");
    // Neither lies in an object.
    CHECK(Register(logArgument, &Event) == 0);
    REQUIRE_SUCCESS(ES.removeJITDylib(JD));
    REQUIRE(Log.size() == size_t(Event));
    CHECK(Log.back() == Event);
  }
}

// C has no need of them.
TEST_CASE("Of a JITDylib whose code does not ask for exit functions nothing "
          "stays") {
  AtExitJIT A;
  orc::ExecutionSession &ES = A.JIT->getExecutionSession();
  orc::JITDylib &JD = ES.createBareJITDylib("plain");
  REQUIRE_SUCCESS(A.Statics->defineAtExit(A.layer(), JD));
  REQUIRE_SUCCESS(JD.clear());
  // At the same address, as another JITDylib may be.
  REQUIRE_SUCCESS(defineLog(JD));
  A.load(JD);
  int Event = 5;
  CHECK(A.function<int(void (*)(void *), void *)>(JD, "at_exit_host")(
            logArgument, &Event) == 0);
  REQUIRE_SUCCESS(ES.removeJITDylib(JD));
  CHECK(Log == Events{5});
}

TEST_CASE("What destructors register at exit runs before their object goes") {
  AtExitJIT A;
  orc::ExecutionSession &ES = A.JIT->getExecutionSession();
  orc::JITDylib &JD = ES.createBareJITDylib("registers");
  REQUIRE_SUCCESS(defineLog(JD));
  A.load(JD);
  CHECK(A.function<int()>(JD, "at_exit_own"));
  // Alone, or with all that the JITDylib has.
  auto Tracker = GENERATE(true, false) ? JD.createResourceTracker()
                                       : JD.getDefaultResourceTracker();
  REQUIRE_SUCCESS(A.JIT->addObjectFile(Tracker, readObject("finiatexit")));
  REQUIRE_SUCCESS(A.JIT->lookup(JD, "fini_anchor").takeError());
  A.Statics->initialize(JD);
  bool IsThere = true;
  SECTION("when it is removed") { REQUIRE_SUCCESS(Tracker->remove()); }
  SECTION("when the JITDylib is removed") {
    REQUIRE_SUCCESS(ES.removeJITDylib(JD));
    IsThere = false;
  }
  SECTION("when the JITDylib is deinitialised") { A.Statics->deinitialize(JD); }
  SECTION("when the session ends") {
    Tracker = nullptr;
    A.JIT.reset();
    IsThere = false;
  }
  CHECK(Log == Events{-8, -9});
  // Nothing is left that would run in memory that is given back.
  if (IsThere)
    A.Statics->deinitialize(JD);
  Tracker = nullptr; // It must not outlive the session.
  A.JIT.reset();
  CHECK(Log == Events{-8, -9});
}

TEST_CASE("A child of a fork registers destructors while a thread of the "
          "parent does") {
  if (!canForkWithThreads())
    return;
  Layout L = anyLayout();
  CHECK(runInChild([L] {
          alarm(60);
          AtExitJIT A(arenaWith(L));
          orc::JITDylib &Main = A.JIT->getMainJITDylib();
          A.load(Main);
          auto *Register = A.function<int()>(Main, "at_exit_own");
          std::atomic<bool> Done{false};
          std::atomic<unsigned> Times{0};
          std::thread Other([&] {
            while (!Done) {
              Register();
              // So that it does not become too much.
              if (++Times % 10000 == 0)
                A.Statics->deinitialize(Main);
            }
          });
          while (!Times)
            std::this_thread::yield();
          int Bad = 0;
          for (int I = 0; I != 200 && !Bad; ++I)
            Bad += !runInChild([&] {
                      alarm(5);
                      return Register();
                    }).passed();
          Done = true;
          Other.join();
          return Bad;
        }).passed());
}

TEST_CASE("Without anybody to run them, static constructors are an error") {
  auto Memory = anyArena();
  auto JIT = makeInitJIT(Memory, nullptr);
  std::string Reported;
  JIT->getExecutionSession().setErrorReporter(
      [&](Error Err) { Reported += toString(std::move(Err)); });
  REQUIRE_SUCCESS(addObjects(*JIT, {"initorder", "tiny"}));
  auto Symbol = JIT->lookup("init_anchor");
  CHECK_FALSE(bool(Symbol));
  Reported += toString(Symbol.takeError());
  CHECK(Reported.find("InitFiniPlugin") != std::string::npos);
  // The others are served.
  CHECK(valueOf(functionOf<int(int)>(*JIT, "tiny"))(0) == 8);
}
