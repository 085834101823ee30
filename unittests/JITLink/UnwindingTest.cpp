//===- UnwindingTest.cpp - C++ exceptions in code that JITLink links ------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// LLJITSupport.h says who registers EH frames.
///
//===----------------------------------------------------------------------===//

#include "LLVMCompat.h"
#include "Support/Child.h"
#include "Support/Layouts.h"
#include "TestJIT.h"
#include "llvm/ExecutionEngine/Orc/ExecutorProcessControl.h"
// Up to LLVM 19 the former has it.
#if __has_include("llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h")
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#endif
#if JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES
#include "llvm/ExecutionEngine/Orc/EHFrameRegistrationPlugin.h"
#endif
#include <exception>
#include <stdexcept>

using namespace jitslab;
using namespace llvm;

extern "C" int relay_unwound;
int relay_unwound = 0;

namespace {

int throwFromHost(void *) { throw std::runtime_error("from the host"); }

using RelayFunction = int(int (*)(void *), void *);

/// \returns whether the exception arrived, and the destructor on its way ran.
bool passesExceptions(RelayFunction *Relay) {
  relay_unwound = 0;
  try {
    Relay(throwFromHost, nullptr);
  } catch (const std::runtime_error &E) {
    return relay_unwound == 1 && StringRef(E.what()) == "from the host";
  }
  return false;
}

/// What hosts without a platform do. Does nothing up to LLVM 20, where it would
/// not go together with the layer.
Error registerEHFrames(orc::ExecutionSession &ES,
                       orc::ObjectLinkingLayer &Layer) {
#if JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES
  auto Plugin = orc::EHFrameRegistrationPlugin::Create(ES);
  if (!Plugin)
    return Plugin.takeError();
  Layer.addPlugin(std::move(*Plugin));
#else
  (void)ES;
  (void)Layer;
#endif
  return Error::success();
}

/// A session that has nothing but a layer.
struct BareSession {
  orc::ExecutionSession ES{cantFail(orc::SelfExecutorProcessControl::Create())};
  std::unique_ptr<orc::ObjectLinkingLayer> Layer;

  explicit BareSession(std::shared_ptr<Arena> Memory)
      : Layer(cantFail(createObjectLinkingLayer(ES, std::move(Memory)))) {}
  explicit BareSession(std::unique_ptr<jitlink::JITLinkMemoryManager> Manager)
      : Layer(std::make_unique<orc::ObjectLinkingLayer>(ES,
                                                        std::move(Manager))) {}
  ~BareSession() { cantFail(ES.endSession()); }

  RelayFunction *load() {
    orc::JITDylib &JD = ES.createBareJITDylib("main");
    JD.addGenerator(cantFail(
        orc::DynamicLibrarySearchGenerator::GetForCurrentProcess('\0')));
    cantFail(Layer->add(JD, readObject("relay1")));
    return cantFail(ES.lookup({&JD}, ES.intern("relay1")))
        .getAddress()
        .toPtr<RelayFunction *>();
  }
};

Expected<std::unique_ptr<orc::LLJIT>>
makeInactiveJIT(const std::shared_ptr<Arena> &Memory) {
  return makeJIT([&](orc::LLJITBuilder &Builder) {
    useArena(Builder, Memory);
    Builder.setPlatformSetUp(orc::setUpInactivePlatform);
  });
}

} // namespace

TEST_CASE("C++ exceptions pass through objects linked by JITLink") {
  auto JIT = valueOf(makeJIT(anyArena()));
  REQUIRE_SUCCESS(addObjects(*JIT, {"relay1", "catch"}));
  CHECK(passesExceptions(valueOf(functionOf<RelayFunction>(*JIT, "relay1"))));
  CHECK(valueOf(functionOf<int(int)>(*JIT, "throw_and_catch"))(21) == 42);
}

TEST_CASE("Exceptions pass in a session of one's own") {
  auto Memory = anyArena();
  {
    BareSession Session(Memory);
    CHECK(passesExceptions(Session.load()));
  }
  CHECK(Memory->stats().LiveBytes == 0);
}

TEST_CASE("Exceptions pass with the inactive platform") {
  auto JIT = valueOf(makeInactiveJIT(anyArena()));
  REQUIRE_SUCCESS(addObjects(*JIT, {"relay1", "catch"}));
  CHECK(passesExceptions(valueOf(functionOf<RelayFunction>(*JIT, "relay1"))));
  CHECK(valueOf(functionOf<int(int)>(*JIT, "throw_and_catch"))(21) == 42);
}

TEST_CASE("Frames are not registered twice where the host has them registered "
          "too") {
  // libgcc's tree ends the process when that is undone.
  auto Memory = anyArenaThatReusesCode();
  {
    BareSession Session(Memory);
    REQUIRE_SUCCESS(registerEHFrames(Session.ES, *Session.Layer));
    CHECK(passesExceptions(Session.load()));
  }
  auto JIT = valueOf(makeInactiveJIT(Memory));
  REQUIRE_SUCCESS(registerEHFrames(
      JIT->getExecutionSession(),
      static_cast<orc::ObjectLinkingLayer &>(JIT->getObjLinkingLayer())));
  REQUIRE_SUCCESS(addObjects(*JIT, {"relay1"}));
  CHECK(passesExceptions(valueOf(functionOf<RelayFunction>(*JIT, "relay1"))));
}

TEST_CASE("A memory manager in a layer of the host's serves LLVM's plugin") {
  // From LLVM 21 on; before, the plugin does not ask the memory manager.
  auto Memory = anyArenaThatReusesCode();
  {
    BareSession Session(std::make_unique<ArenaJITLinkMemoryManager>(Memory));
    REQUIRE_SUCCESS(registerEHFrames(Session.ES, *Session.Layer));
    if (JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES)
      CHECK(passesExceptions(Session.load()));
  }
  {
    ArenaJITLinkOptions Options;
    Options.RegisterFrames = true;
    BareSession Session(
        std::make_unique<ArenaJITLinkMemoryManager>(Memory, Options));
    CHECK(passesExceptions(Session.load()));
  }
  CHECK(Memory->stats().LiveBytes == 0);
}

TEST_CASE(
    "Control: where nobody registers frames, exceptions end the process") {
  constexpr int Terminated = 77;
  ChildOutcome Bare = runInChild([] {
    std::set_terminate([] { _exit(Terminated); });
    BareSession Session(std::make_unique<ArenaJITLinkMemoryManager>(
        arenaWith(Layout::PerProtection)));
    return passesExceptions(Session.load()) ? 0 : 1;
  });
  INFO(Bare.describe());
  CHECK((WIFEXITED(Bare.Status) && WEXITSTATUS(Bare.Status) == Terminated));
}
