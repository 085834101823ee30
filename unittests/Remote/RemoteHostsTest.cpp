//===- RemoteHostsTest.cpp - What hosts combine with an executor ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorProcess.h"
#include "LLVMCompat.h"
#include "Support/RunProgram.h"
#include "jitslab-c/jitslab.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/Debugging/DebuggerSupport.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"

using namespace jitslab;
using namespace llvm;

TEST_CASE("The C interface makes layers for an executor") {
  JitslabRemoteOptions O;
  JitslabInitializeRemoteOptions(&O, sizeof(O));
  O.NoSharedMemory = GENERATE(0, 1);
  O.NoFrames = GENERATE(1, 0);
  CAPTURE(O.NoSharedMemory, O.NoFrames);
  RemoteJIT J({}, [&](orc::LLJITBuilder &Builder) {
    // As LLVM's C interface does it.
    Builder.setObjectLinkingLayerCreator(
        [&](orc::ExecutionSession &ES,
            auto &&...) -> Expected<std::unique_ptr<orc::ObjectLayer>> {
          return std::unique_ptr<orc::ObjectLayer>(
              reinterpret_cast<orc::ObjectLayer *>(
                  JitslabCreateRemoteObjectLinkingLayer(
                      &O, reinterpret_cast<LLVMOrcExecutionSessionRef>(&ES),
                      nullptr)));
        });
  });
  CHECK(JitslabGetLastError() == nullptr);
  J.add("catch");
  CHECK(valueOf(J.call("throw_and_catch", 0)) == -1);
  if (!O.NoFrames)
    CHECK(valueOf(J.call("throw_and_catch", 21)) == 42);
}

#if defined(JITSLAB_ORC_RUNTIME)
TEST_CASE("With the ORC runtime, an executor constructs and throws") {
  RemoteOptions O;
  O.SharedMemory = GENERATE(true, false);
  CAPTURE(O.SharedMemory);
  RemoteJIT J(O, [](orc::LLJITBuilder &Builder) {
    Builder.setPlatformSetUp(orc::ExecutorNativePlatform(JITSLAB_ORC_RUNTIME));
  });
  J.add("constructed");
  REQUIRE_SUCCESS(J.JIT->initialize(J.JIT->getMainJITDylib()));
  CHECK(valueOf(J.call("throw_count", 2)) == 42);
  REQUIRE_SUCCESS(J.JIT->deinitialize(J.JIT->getMainJITDylib()));
  // Frames that two have registered go twice.
  J.JIT.reset();
  CHECK(J.Process.wait() == 0);
}
#endif

#if defined(JITSLAB_ORC_RUNTIME) && !JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES
TEST_CASE(
    "Control: LLVM 19's ORC runtime registers frames that are not there") {
  RemoteJIT J({}, [](orc::LLJITBuilder &Builder) {
    Builder.setPlatformSetUp(orc::ExecutorNativePlatform(JITSLAB_ORC_RUNTIME))
        .setObjectLinkingLayerCreator(
            [](orc::ExecutionSession &ES,
               auto &&...) -> Expected<std::unique_ptr<orc::ObjectLayer>> {
              return std::make_unique<orc::ObjectLinkingLayer>(
                  ES, ES.getExecutorProcessControl().getMemMgr());
            });
  });
  J.add("constructed");
  REQUIRE_SUCCESS(J.JIT->initialize(J.JIT->getMainJITDylib()));
  // The executor ends with the exception.
  Expected<int32_t> Caught = J.call("throw_count", 2);
  CHECK_FALSE(bool(Caught));
  consumeError(Caught.takeError());
}
#endif

#if defined(JITSLAB_TEST_PRELOAD)
namespace {
/// Programs that link tiny.o for an executor.
using Host = std::vector<std::string> (*)(const std::string &Executor);
} // namespace

static std::vector<std::string> lljit(const std::string &Executor) {
  return {JITSLAB_TEST_HOST, Executor, JITSLAB_TEST_INPUTS "/tiny.o", "tiny"};
}

#if defined(JITSLAB_TEST_JITLINK) && JITSLAB_LLVM_EPC_HAS_MEMORY_MANAGER
static std::vector<std::string> jitLink(const std::string &Executor) {
  return {JITSLAB_TEST_JITLINK, "-oop-executor=" + Executor, "-entry=tiny",
          JITSLAB_TEST_INPUTS "/tiny.o"};
}
static constexpr Host Hosts[] = {lljit, jitLink};
#else
static constexpr Host Hosts[] = {lljit};
#endif

static Outcome run(std::vector<std::string> Command,
                   const std::string &Preload = JITSLAB_TEST_PRELOAD) {
  // Not setenv: this process must not be served.
  Command.insert(Command.begin(),
                 {"env", "LD_PRELOAD=" + Preload, "JITSLAB_OPTIONS=stats"});
  return runProgram(std::move(Command));
}

TEST_CASE("A program of others runs code in an executor, on the preload") {
  for (Host H : Hosts) {
    const std::vector<std::string> Command = H(JITSLAB_TEST_EXECUTOR);
    CAPTURE(Command);
    const Outcome O = run(Command), Without = run(Command, "");
    CHECK(O.Status == Without.Status);
    CHECK(O.Out == Without.Out);
    CHECK_THAT(O.Err, containing(", an executor: 1 objects; "));
    if (H == lljit)
      CHECK(O.Status == 14);
  }
}

TEST_CASE(
    "An executor that dies when it is connected is an error on the preload") {
  const Outcome O = run(lljit(JITSLAB_TEST_DEAF_EXECUTOR));
  INFO(O.Err);
  CHECK(O.Status == 1);
  CHECK(O.Status == run(lljit(JITSLAB_TEST_DEAF_EXECUTOR), "").Status);
}

TEST_CASE("Where an executor has no service, LLVM's manager stays") {
  if (StringRef(JITSLAB_TEST_STOCK_EXECUTOR).empty()) {
    WARN("there is no llvm-jitlink-executor");
    return;
  }
  for (Host H : Hosts) {
    const std::vector<std::string> Command = H(JITSLAB_TEST_STOCK_EXECUTOR);
    CAPTURE(Command);
    const Outcome O = run(Command);
    CHECK(O.Status == run(Command, "").Status);
    CHECK_THAT(O.Err, containing("LLVM's memory manager stays: jitslab: the "
                                 "executor has no jitslab::ExecutorService"));
  }
}
#endif

#ifdef JITSLAB_TEST_GDB
TEST_CASE("gdb that is attached to an executor knows its functions") {
  RemoteJIT J;
  REQUIRE_SUCCESS(orc::enableDebuggerSupport(*J.JIT));
  J.add("debugged");
  const uint64_t Inner = J.addressOf("jit_inner").getValue();
  Outcome O = runProgram({JITSLAB_TEST_GDB, "-nx", "-batch", "-iex",
                          "set debuginfod enabled off", "-p",
                          std::to_string(J.Process.pid()), "-ex",
                          "info symbol 0x" + utohexstr(Inner), "-ex",
                          "info line *0x" + utohexstr(Inner)});
  INFO(O.Out << O.Err);
  // Not everybody may attach to processes that are no children.
  if (StringRef(O.Err).contains("Operation not permitted"))
    return;
  CHECK_THAT(O.Out, containing("jit_inner in section .text"));
  CHECK_THAT(O.Out, containing("debugged.c"));
}
#endif
