//===- ServeRemote.cpp - Code that runs in an executor --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// LLVM asks for a memory manager when it is connected to the executor; from
// LLVM 23 on LLJIT asks for it. An executor that has no
// jitslab::ExecutorService gets LLVM's own.

#include "ServeRemote.h"
#include "../../lib/LLVMCompat.h"
#include "Message.h"
#include "PreloadOptions.h"
#include "ProcessArena.h"
#include "jitslab/Config.h"
#if JITSLAB_HAS_JITLINK
#include "jitslab/RemoteJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/SimpleRemoteEPC.h"
#endif
#include <atomic>
#include <mutex>

using namespace llvm;

namespace jitslab {

static std::atomic<bool> Served{false};

bool hasServedRemote() { return Served; }

#if JITSLAB_HAS_JITLINK
using ManagerOrError = Expected<std::unique_ptr<jitlink::JITLinkMemoryManager>>;

// What LLVM does where the host says nothing.
#if JITSLAB_LLVM_EPC_HAS_MEMORY_MANAGER
// A private function that its library has all the same.
__attribute__((visibility("default"))) ManagerOrError
makeDefault(orc::SimpleRemoteEPC &EPC) __asm__(
    "_ZN4llvm3orc15SimpleRemoteEPC26createDefaultMemoryManagerERS1_");
#else
static ManagerOrError makeDefault(orc::SimpleRemoteEPC &EPC) {
  return EPC.createDefaultMemoryManager();
}
#endif

namespace {
/// Asks the executor when it is used for the first time. LLVM reports a message
/// that cannot be sent to the session, and where it asks for a manager when it
/// connects there is none yet.
class ExecutorManager final : public jitlink::JITLinkMemoryManager {
public:
  ExecutorManager(orc::SimpleRemoteEPC &EPC, const PreloadOptions &O)
      : EPC(EPC), Options(O) {}
  // Tells what it has done.
  ~ExecutorManager() override {
    if (!Ours)
      return;
    const RemoteStats S = Ours->stats();
    Ours.reset();
    if (Options.Stats)
      say(JITSLAB_OWN_LLVM ", an executor: " + Twine(S.FinalizedObjects) +
          " objects; " + Twine(S.Messages) + " messages, " +
          Twine(S.MappedBytes >> 10) + " KiB mapped");
  }

  using JITLinkMemoryManager::allocate;
  void allocate(const jitlink::JITLinkDylib *JD, jitlink::LinkGraph &G,
                OnAllocatedFunction OnAllocated) override {
    Expected<JITLinkMemoryManager &> Manager = manager();
    if (!Manager)
      return OnAllocated(Manager.takeError());
    Manager->allocate(JD, G, std::move(OnAllocated));
  }
  using JITLinkMemoryManager::deallocate;
  void deallocate(std::vector<FinalizedAlloc> Allocs,
                  OnDeallocatedFunction OnDeallocated) override {
    Expected<JITLinkMemoryManager &> Manager = manager();
    if (!Manager)
      return OnDeallocated(Manager.takeError());
    Manager->deallocate(std::move(Allocs), std::move(OnDeallocated));
  }

private:
  Expected<JITLinkMemoryManager &> manager() {
    std::lock_guard<std::mutex> Guard(Lock);
    if (Ours)
      return *Ours;
    if (LLVMs)
      return *LLVMs;
    // Whoever relies on exceptions with LLVM's manager has the frames
    // registered himself, in LLVM 19 and 20 not by actions: they would be so
    // twice, at which libgcc 13 to 14.2 ends the executor.
    RemoteOptions O;
    O.RegisterFrames = false;
    auto Remote = RemoteJITLinkMemoryManager::create(EPC, O);
    if (Remote) {
      Served = true;
      if (Options.Verbose)
        say(JITSLAB_OWN_LLVM " is served in an executor");
      Ours = std::move(*Remote);
      return *Ours;
    }
    const std::string Why = toString(Remote.takeError());
    if (Options.Verbose || Options.Stats)
      say(JITSLAB_OWN_LLVM ", an executor: LLVM's memory manager stays: " +
          Why);
    ManagerOrError Default = makeDefault(EPC);
    if (!Default)
      return Default.takeError();
    LLVMs = std::move(*Default);
    return *LLVMs;
  }

  orc::SimpleRemoteEPC &EPC;
  const PreloadOptions Options;
  std::mutex Lock;
  std::unique_ptr<RemoteJITLinkMemoryManager> Ours;
  std::unique_ptr<JITLinkMemoryManager> LLVMs;
};
} // namespace
#endif

#if JITSLAB_HAS_JITLINK && JITSLAB_LLVM_EPC_HAS_MEMORY_MANAGER
ServeResult serveRemote(void *Setup) {
  auto &S = *static_cast<orc::SimpleRemoteEPC::Setup *>(Setup);
  if (S.CreateMemoryManager)
    return {"the host has a memory manager of its own for its executor"};
  Expected<PreloadOptions> Options = optionsOfProcess();
  if (!Options) {
    // It is told by the arena, which fails for the same reason.
    consumeError(Options.takeError());
    return ProcessArena::get().whyNone();
  }
  S.CreateMemoryManager = [Options = *Options](orc::SimpleRemoteEPC &EPC) {
    return std::make_unique<ExecutorManager>(EPC, Options);
  };
  return {};
}
#else
ServeResult serveRemote(void *) {
  return {"memory of an executor needs LLVM 19 or later"};
}
#endif

#if JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER
ServeResult serveRemoteLLJIT(orc::LLJITBuilderState &S) {
  Expected<PreloadOptions> Options = optionsOfProcess();
  if (!Options) {
    // As above.
    consumeError(Options.takeError());
    return ProcessArena::get().whyNone();
  }
  S.CreateMemoryManager = [Options = *Options](orc::ExecutionSession &ES) {
    return std::make_unique<ExecutorManager>(
        static_cast<orc::SimpleRemoteEPC &>(ES.getExecutorProcessControl()),
        Options);
  };
  return {};
}
#endif

} // namespace jitslab
