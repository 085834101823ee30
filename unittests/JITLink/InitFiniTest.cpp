//===- InitFiniTest.cpp - Static constructors without a runtime -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Layouts.h"
#include "TestJIT.h"
#include "jitslab/InitFiniPlugin.h"

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
