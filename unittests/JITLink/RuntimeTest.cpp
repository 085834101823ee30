//===- RuntimeTest.cpp - With the ORC runtime -----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AddressSpaceAdversary.h"
#include "Support/Child.h"
#include "Support/Layouts.h"
#include "TestJIT.h"
#include <thread>
#include <typeinfo>

using namespace jitslab;
using namespace llvm;

static std::vector<int> HostLog;
extern "C" void host_log(int Event) { HostLog.push_back(Event); }

namespace {

#ifdef JITSLAB_ORC_RUNTIME

constexpr int OutOfRange = 30;

/// Uses initialisers, destructors, thread-local variables and exceptions.
/// \returns 0 if all of them work.
int runStatics(orc::LLJIT &JIT) {
  if (Error Err = addObjects(JIT, {"statics", "threadlocal"})) {
    consumeError(std::move(Err));
    return 1;
  }
  if (Error Err = JIT.initialize(JIT.getMainJITDylib())) {
    consumeError(std::move(Err));
    return 2;
  }
  if (HostLog != std::vector<int>{1, 2})
    return 3;
  auto *NextPerThread = cantFail(functionOf<int()>(JIT, "next_per_thread"));
  int Here = NextPerThread() + NextPerThread(), There = 0;
  std::thread([&] { There = NextPerThread(); }).join();
  if (Here != 41 + 42 || There != 41)
    return 4;
  if (cantFail(functionOf<int(int)>(JIT, "catch_own"))(7) != 7 + 1 + 2)
    return 5;
  if (Error Err = JIT.deinitialize(JIT.getMainJITDylib())) {
    consumeError(std::move(Err));
    return 6;
  }
  return HostLog == std::vector<int>{1, 2, -2, -1} ? 0 : 7;
}

/// With an adversary in the first GiBs around \p Anchor.
int runStaticsUnderAdversary(
    const std::function<void(orc::LLJITBuilder &)> &SetUp) {
  auto JIT = makeJIT([&](orc::LLJITBuilder &Builder) {
    Builder.setPlatformSetUp(orc::ExecutorNativePlatform(JITSLAB_ORC_RUNTIME));
    SetUp(Builder);
  });
  if (!JIT) {
    fprintf(stderr, "%s\n", toString(JIT.takeError()).c_str());
    return 10;
  }
  std::string Reported;
  (*JIT)->getExecutionSession().setErrorReporter(
      [&](Error Err) { Reported += toString(std::move(Err)) + "\n"; });
  // The runtime is linked by now. What follows shall not be near it.
  AddressSpaceAdversary A;
  if (Error Err = A.occupy(cantFail((*JIT)->lookup("__dso_handle")).getValue(),
                           size_t(3) << 30)) {
    consumeError(std::move(Err));
    return 11;
  }
  int Status = runStatics(**JIT);
  // The session's end runs what the runtime has registered, in memory that is
  // being deallocated.
  JIT->reset();
  if (!Reported.empty())
    fprintf(stderr, "%s", Reported.c_str());
  if (Reported.find("out of range") != std::string::npos)
    return OutOfRange;
  return Status;
}

#endif

} // namespace

TEST_CASE("Initialisers, destructors, thread-local variables and exceptions "
          "work under the adversary") {
#ifdef JITSLAB_ORC_RUNTIME
  Layout L = anyLayout();
  ChildOutcome Outcome = runInChild([&] {
    ArenaOptions Options;
    Options.ObjectLayout = L;
    // GCC's -fpie refers by distance to data of the process too, here to
    // typeinfo: the windows have to lie near libstdc++.
    Options.Near = reinterpret_cast<uintptr_t>(&typeid(int));
    auto Memory = cantFail(Arena::create(Options));
    if (Memory->stats().WindowsNear != 1)
      return 21;
    int Status = runStaticsUnderAdversary(
        [&](orc::LLJITBuilder &Builder) { useArena(Builder, Memory); });
    return Status == 0 && Memory->stats().LiveBytes != 0 ? 20 : Status;
  });
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
#else
  WARN("not run: there is no ORC runtime for this target");
#endif
}

TEST_CASE("Control: InProcessMemoryManager puts __dso_handle out of range") {
#ifdef JITSLAB_ORC_RUNTIME
  ChildOutcome Outcome = runInChild([] {
    return runStaticsUnderAdversary([](orc::LLJITBuilder &Builder) {
      Builder.setObjectLinkingLayerCreator(
          [](orc::ExecutionSession &ES,
             auto &&...) -> Expected<std::unique_ptr<orc::ObjectLayer>> {
            return std::make_unique<orc::ObjectLinkingLayer>(
                ES, cantFail(jitlink::InProcessMemoryManager::Create()));
          });
    });
  });
  WARN("InProcessMemoryManager with the ORC runtime: " << Outcome.describe());
  CHECK(WEXITSTATUS(Outcome.Status) == OutOfRange);
  if (Outcome.passed())
    FAIL("THE CONTROL PASSED: __dso_handle is within range of the object");
#else
  WARN("not run: there is no ORC runtime for this target");
#endif
}
