//===- LLJITTest.cpp - ArenaJITLinkMemoryManager in an LLJIT --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Layouts.h"
#include "Support/TestMemory.h"
#include "TestJIT.h"
#include <atomic>
#include <thread>

using namespace jitslab;
using namespace llvm;

extern "C" {
int host_counter = 0;
int host_twice(int X) { return 2 * X; }
}

TEST_CASE("LLJIT links objects into the arena and gives the memory back") {
  Layout L = anyLayout();
  auto Memory = arenaWith(L);
  {
    auto JIT = valueOf(makeJIT(Memory));
    REQUIRE_SUCCESS(addObjects(*JIT, {"tiny", "hidden", "range"}));
    CHECK(valueOf(functionOf<int(int)>(*JIT, "tiny"))(3) == 11);
    CHECK(valueOf(functionOf<int(int)>(*JIT, "use_hidden_data"))(1) == 2000);
    CHECK(valueOf(functionOf<int(int)>(*JIT, "use_host_call"))(4) == 9);
    host_counter = 3;
    CHECK(valueOf(functionOf<int()>(*JIT, "use_got"))() == 4);
    CHECK(valueOf(functionOf<int(int)>(*JIT, "use_bss"))(5) == 5);
    CHECK(Memory->stats().LiveObjects >= 3);
    CHECK(Memory->verify());
  }
  CHECK(Memory->stats().LiveObjects == 0);
  CHECK(Memory->stats().LiveBytes == 0);
  CHECK(Memory->verify());
}

TEST_CASE("The arena's errors arrive at the lookup, and memory is given back") {
  TestMemory System;
  ArenaOptions Options;
  Options.ObjectLayout = anyLayout();
  auto Memory = valueOf(ArenaAccess::create(Options, System));
  auto JIT = valueOf(makeJIT(Memory));
  std::string Reported;
  JIT->getExecutionSession().setErrorReporter(
      [&](Error Err) { Reported += toString(std::move(Err)); });
  ArenaStats Before = Memory->stats();

  // The first calls commit slabs, the next ones seal where the layout does.
  System.FailWith = EACCES;
  size_t Errors = 0;
  for (size_t Nth = 1;; ++Nth) {
    INFO("call " << Nth);
    orc::JITDylib &JD =
        JIT->getExecutionSession().createBareJITDylib(std::to_string(Nth));
    REQUIRE_SUCCESS(JIT->addObjectFile(JD, readObject("tiny")));
    Reported.clear();
    System.FailNth = Nth;
    auto Symbol = JIT->lookup(JD, "tiny");
    if (System.FailNth != 0) {
      System.FailNth = 0;
      CHECK(Errors > 0);
      CHECK(valueOf(std::move(Symbol)).toPtr<int (*)(int)>()(1) == 9);
      break;
    }
    if (Symbol) {
      // Core files will lack its code.
      CHECK(System.Calls.Overwrite > 0);
      CHECK(Symbol->toPtr<int (*)(int)>()(1) == 9);
      Before = Memory->stats();
      continue;
    }
    ++Errors;
    consumeError(Symbol.takeError());
    CHECK(Reported.find("Layout::Dense") != std::string::npos);
    CHECK(Memory->stats().LiveBytes == Before.LiveBytes);
    CHECK(Memory->verify());
  }
}

TEST_CASE("A full arena that may not grow is an error of the lookup") {
  ArenaOptions Options;
  Options.ObjectLayout = anyLayout();
  Options.WindowSize = MinWindowSize;
  Options.Grow = false;
  auto Memory = valueOf(Arena::create(Options));
  Footprint Everything;
  Everything[SegmentKind::RWData].Size = MinWindowSize;
  Allocation Filler = valueOf(Memory->allocate(Everything));
  auto JIT = valueOf(makeJIT(Memory));
  std::string Reported;
  JIT->getExecutionSession().setErrorReporter(
      [&](Error Err) { Reported += toString(std::move(Err)); });
  REQUIRE_SUCCESS(addObjects(*JIT, {"tiny"}));
  auto Failed = functionOf<int(int)>(*JIT, "tiny");
  REQUIRE_FALSE(bool(Failed));
  consumeError(Failed.takeError());
  CHECK(Reported.find("no room for an object") != std::string::npos);
  // Nothing is live any more: the lane's slabs can serve another one.
  Filler.release();
  Memory->trim();
  REQUIRE_SUCCESS(addObjects(*JIT, {"first"}));
  CHECK(valueOf(functionOf<int(int)>(*JIT, "first"))(0) == 2);
}

TEST_CASE("Several compile threads link into one arena while it is trimmed") {
  auto Memory = anyArenaThatReusesCode();
  std::atomic<bool> Stop{false};
  std::thread Trimmer([&] {
    while (!Stop)
      Memory->trim();
  });
  std::vector<std::thread> Threads;
  std::atomic<int> RightResults{0};
  constexpr int NumThreads = 4, Rounds = 10;
  for (int T = 0; T != NumThreads; ++T)
    Threads.emplace_back([&] {
      for (int R = 0; R != Rounds; ++R) {
        auto JIT = cantFail(makeJIT(Memory));
        cantFail(addObjects(*JIT, {"tiny", "first"}));
        RightResults += cantFail(functionOf<int(int)>(*JIT, "tiny"))(1) == 9 &&
                        cantFail(functionOf<int(int)>(*JIT, "first"))(7) == 19;
      }
    });
  for (std::thread &T : Threads)
    T.join();
  Stop = true;
  Trimmer.join();
  CHECK(RightResults == NumThreads * Rounds);
  CHECK(Memory->stats().LiveBytes == 0);
  CHECK(Memory->verify());
}
