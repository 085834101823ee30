//===- MemoryHost.cpp - Whose memory a life uses --------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/MemoryHost.h"
#include "Core/LayoutNames.h"
#include "Support/Process.h"
#include "Unwind/Unwinder.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#if JITSLAB_HAS_JITLINK
#include "jitslab/LLJITSupport.h"
#if !JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES
#include "llvm/ExecutionEngine/JITLink/EHFrameSupport.h"
#endif
#endif

using namespace llvm;

namespace jitslab {

Error MemoryHost::errorOf(RTDyldMemoryManager &) { return Error::success(); }

namespace {

class LLVMHost final : public MemoryHost {
public:
  // LLVM registers whole sections, as libgcc has them.
  bool passesExceptions() const override {
    static const bool Passes =
        recognize(Unwinder::system()) != UnwinderKind::FrameByFrame;
    return Passes;
  }
  std::unique_ptr<RTDyldMemoryManager> makeManager() override {
    return std::make_unique<SectionMemoryManager>();
  }
#if JITSLAB_HAS_JITLINK
  Expected<std::unique_ptr<orc::ObjectLayer>>
  makeJITLinkLayer(orc::ExecutionSession &ES) override {
    auto Manager = jitlink::InProcessMemoryManager::Create();
    if (!Manager)
      return Manager.takeError();
    auto Layer =
        std::make_unique<orc::ObjectLinkingLayer>(ES, std::move(*Manager));
#if !JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES
    Layer->addPlugin(std::make_shared<orc::EHFrameRegistrationPlugin>(
        ES, std::make_unique<jitlink::InProcessEHFrameRegistrar>()));
#endif
    return Layer;
  }
#endif
};

class ArenaHost final : public MemoryHost {
public:
  explicit ArenaHost(std::shared_ptr<Arena> Memory)
      : Memory(std::move(Memory)) {}

  std::unique_ptr<RTDyldMemoryManager> makeManager() override {
    return std::make_unique<ReservingMemoryManager>(Memory);
  }
  Error errorOf(RTDyldMemoryManager &Manager) override {
    return static_cast<ReservingMemoryManager &>(Manager).takeError();
  }
  bool mayRefuseWrappers() const override {
    return Memory->options().ObjectLayout == Layout::Dense;
  }
#if JITSLAB_HAS_JITLINK
  Expected<std::unique_ptr<orc::ObjectLayer>>
  makeJITLinkLayer(orc::ExecutionSession &ES) override {
    return createObjectLinkingLayer(ES, Memory);
  }
#endif
  bool trim() override {
    Memory->trim();
    return Memory->verify();
  }
  bool survivesStarving() const override { return true; }
  // The emulator and sanitizers have locks of their own.
  bool childrenMayLoad() const override {
    return !JITSLAB_HAS_SHADOW_MEMORY && !runsUnderEmulator();
  }

private:
  std::shared_ptr<Arena> Memory;
};

} // namespace

NamedHost llvmHost() {
  return {"llvm", []() -> Expected<std::unique_ptr<MemoryHost>> {
            return std::make_unique<LLVMHost>();
          }};
}

std::vector<NamedHost> jitslabHosts() {
  std::vector<NamedHost> Hosts;
  for (const NamedLayout &L : AllLayouts) {
    // The emulator does not see that code has changed that was written through
    // another mapping.
    if (runsUnderEmulator() && L.Value == Layout::Dense)
      continue;
    Hosts.push_back(
        {L.Name.str(),
         [Value = L.Value]() -> Expected<std::unique_ptr<MemoryHost>> {
           ArenaOptions Options;
           Options.ObjectLayout = Value;
           auto Memory = Arena::create(Options);
           if (!Memory)
             return Memory.takeError();
           return std::make_unique<ArenaHost>(std::move(*Memory));
         }});
  }
  return Hosts;
}

} // namespace jitslab
