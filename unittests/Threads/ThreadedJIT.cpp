//===- ThreadedJIT.cpp - An LLJIT on either linker ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ThreadedJIT.h"
#include "Support/NativeTarget.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/CompileUtils.h"
#include "llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h"
#include <mutex>
#if JITSLAB_HAS_JITLINK
#include "JITLink/QuietPlugin.h"
#include "jitslab/LLJITSupport.h"
#endif

using namespace llvm;

namespace jitslab {

namespace {

using LayerOrError = Expected<std::unique_ptr<orc::ObjectLayer>>;
using MakeLayer = std::function<LayerOrError(orc::ExecutionSession &)>;

Expected<std::unique_ptr<orc::LLJIT>> makeJIT(const MakeLayer &Make,
                                              unsigned CompileThreads) {
  initializeTarget();
  auto Target = orc::JITTargetMachineBuilder::detectHost();
  if (!Target)
    return Target.takeError();
  Target->setRelocationModel(Reloc::PIC_);
  Target->setCodeModel(CodeModel::Small);
  orc::LLJITBuilder Builder;
  Builder.setJITTargetMachineBuilder(std::move(*Target))
      .setNumCompileThreads(CompileThreads)
      // Also without compile threads several threads compile at once: those
      // that look something up. LLJIT's default is one code generator for all.
      .setCompileFunctionCreator(
          [](orc::JITTargetMachineBuilder Target)
              -> Expected<std::unique_ptr<orc::IRCompileLayer::IRCompiler>> {
            return std::make_unique<orc::ConcurrentIRCompiler>(
                std::move(Target));
          })
      // Further parameters differ between LLVM versions.
      .setObjectLinkingLayerCreator(
          [Make](orc::ExecutionSession &ES, auto &&...) { return Make(ES); });
  return Builder.create();
}

/// Test modules have one symbol that others see.
StringRef onlySymbol(orc::MaterializationResponsibility &R) {
  return *R.getSymbols().begin()->first;
}

/// An RTDyldObjectLinkingLayer whose managers \p MakeManager makes.
template <typename Fn>
LayerOrError makeRTDyldLayer(orc::ExecutionSession &ES, const Fn &MakeManager,
                             const LinkCallbacks &Callbacks) {
  auto Layer = std::make_unique<orc::RTDyldObjectLinkingLayer>(
      ES, [MakeManager](auto &&...) { return MakeManager(); });
  if (Callbacks.OnAllocated)
    Layer->setNotifyLoaded(
        [Call = Callbacks.OnAllocated](
            orc::MaterializationResponsibility &R, const object::ObjectFile &,
            const RuntimeDyld::LoadedObjectInfo &) { Call(onlySymbol(R)); });
  // By then ORC has forgotten the symbols; the object has its module's name,
  // which is that of its function, and more.
  if (Callbacks.OnSealed)
    Layer->setNotifyEmitted(
        [Call = Callbacks.OnSealed](orc::MaterializationResponsibility &,
                                    std::unique_ptr<MemoryBuffer> Object) {
          Call(StringRef(Object->getBufferIdentifier()).split('-').first);
        });
  return Layer;
}

/// Holds a lock from the first section of an object to its sealing.
class LockingManager : public ReservingMemoryManager {
public:
  LockingManager(std::shared_ptr<Arena> A, std::shared_ptr<std::mutex> Lock)
      : ReservingMemoryManager(std::move(A)), Lock(std::move(Lock)) {}

  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Align, unsigned ID,
                               StringRef Name) override {
    if (!Guard)
      Guard = std::unique_lock<std::mutex>(*Lock);
    return ReservingMemoryManager::allocateCodeSection(Size, Align, ID, Name);
  }
  bool finalizeMemory(std::string *Message) override {
    bool Failed = ReservingMemoryManager::finalizeMemory(Message);
    Guard = {};
    return Failed;
  }

private:
  std::shared_ptr<std::mutex> Lock;
  std::unique_lock<std::mutex> Guard;
};

#if JITSLAB_HAS_JITLINK

class CallbackPlugin : public QuietPlugin {
public:
  explicit CallbackPlugin(LinkCallbacks Callbacks)
      : Callbacks(std::move(Callbacks)) {}

  void modifyPassConfig(orc::MaterializationResponsibility &MR,
                        jitlink::LinkGraph &,
                        jitlink::PassConfiguration &Config) override {
    if (Callbacks.OnAllocated)
      Config.PostAllocationPasses.push_back([this, &MR](jitlink::LinkGraph &) {
        Callbacks.OnAllocated(onlySymbol(MR));
        return Error::success();
      });
  }
  Error notifyEmitted(orc::MaterializationResponsibility &MR) override {
    if (Callbacks.OnSealed)
      Callbacks.OnSealed(onlySymbol(MR));
    return Error::success();
  }

private:
  LinkCallbacks Callbacks;
};

LayerOrError makeJITLinkLayer(orc::ExecutionSession &ES,
                              std::shared_ptr<Arena> Memory,
                              const LinkCallbacks &Callbacks) {
  auto Layer = createObjectLinkingLayer(ES, std::move(Memory));
  if (!Layer)
    return Layer.takeError();
  (*Layer)->addPlugin(std::make_shared<CallbackPlugin>(Callbacks));
  return std::move(*Layer);
}

/// Holds a lock while a graph is linked that has got its memory.
class LockingJITLinkManager : public ArenaJITLinkMemoryManager {
public:
  using ArenaJITLinkMemoryManager::ArenaJITLinkMemoryManager;

  void allocate(const jitlink::JITLinkDylib *JD, jitlink::LinkGraph &G,
                OnAllocatedFunction OnAllocated) override {
    std::lock_guard<std::mutex> Guard(Lock);
    ArenaJITLinkMemoryManager::allocate(JD, G, std::move(OnAllocated));
  }
  using JITLinkMemoryManager::allocate;

private:
  std::mutex Lock;
};

#endif // JITSLAB_HAS_JITLINK

} // namespace

Expected<std::unique_ptr<orc::LLJIT>>
makeThreadedJIT([[maybe_unused]] LinkerKind K,
                const std::shared_ptr<Arena> &Memory, unsigned CompileThreads,
                const LinkCallbacks &Callbacks) {
  return makeJIT(
      [=](orc::ExecutionSession &ES) {
#if JITSLAB_HAS_JITLINK
        if (K == LinkerKind::JITLink)
          return makeJITLinkLayer(ES, Memory, Callbacks);
#endif
        return makeRTDyldLayer(
            ES,
            [Memory] {
              return std::make_unique<ReservingMemoryManager>(Memory);
            },
            Callbacks);
      },
      CompileThreads);
}

Expected<std::unique_ptr<orc::LLJIT>>
makeLockingJIT([[maybe_unused]] LinkerKind K,
               const std::shared_ptr<Arena> &Memory) {
  return makeJIT(
      [=](orc::ExecutionSession &ES) -> LayerOrError {
#if JITSLAB_HAS_JITLINK
        if (K == LinkerKind::JITLink)
          return std::make_unique<orc::ObjectLinkingLayer>(
              ES, std::make_unique<LockingJITLinkManager>(Memory));
#endif
        auto Lock = std::make_shared<std::mutex>();
        return makeRTDyldLayer(ES,
                               [Memory, Lock] {
                                 return std::make_unique<LockingManager>(Memory,
                                                                         Lock);
                               },
                               {});
      },
      /*CompileThreads=*/0);
}

// ExecutorAddr from LLVM 15, JITEvaluatedSymbol before.
template <typename T>
static auto valueOfAddress(const T &A) -> decltype(A.getValue()) {
  return A.getValue();
}
template <typename T>
static auto valueOfAddress(const T &A) -> decltype(A.getAddress()) {
  return A.getAddress();
}

Expected<TestFunction *> functionOf(orc::LLJIT &JIT, const std::string &Name) {
  auto Symbol = JIT.lookup(Name);
  if (!Symbol)
    return Symbol.takeError();
  return reinterpret_cast<TestFunction *>(
      static_cast<uintptr_t>(valueOfAddress(*Symbol)));
}

} // namespace jitslab
