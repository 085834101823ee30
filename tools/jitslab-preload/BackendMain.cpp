//===- BackendMain.cpp - Memory managers for one version of LLVM ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Backend.h"
#include "PreloadMemoryManager.h"
#include "llvm/ExecutionEngine/ExecutionEngine.h"
#include "llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"
#include <mutex>

using namespace llvm;

namespace jitslab {

namespace {
/// Every MCJIT is made through a pointer to a function, a protected static
/// member of ExecutionEngine, whichever function of LLVM the host calls.
/// Derived classes may name it; this one is never instantiated.
class MCJITConstructor : public ExecutionEngine {
public:
  static auto &get() { return MCJITCtor; }
};
} // namespace

using ConstructorFn =
    std::remove_reference_t<decltype(MCJITConstructor::get())>;

static ConstructorFn LLVMConstructor;

static ExecutionEngine *
createMCJIT(std::unique_ptr<Module> M, std::string *ErrorStr,
            std::shared_ptr<MCJITMemoryManager> Manager,
            std::shared_ptr<LegacyJITSymbolResolver> Resolver,
            std::unique_ptr<TargetMachine> Machine) {
  ProcessArena &Process = ProcessArena::get();
  if (Manager) {
    Process.sayLeftAlone();
  } else if (Process.arena()) {
    Process.countEngine();
    auto Ours = std::make_shared<PreloadMemoryManager>();
    Manager = Ours;
    // As MCJIT does with the manager that it makes for itself.
    if (!Resolver)
      Resolver = std::move(Ours);
  }
  return LLVMConstructor(std::move(M), ErrorStr, std::move(Manager),
                         std::move(Resolver), std::move(Machine));
}

static void prepareMCJIT() {
  static std::mutex Lock;
  ForkGate Gate;
  std::lock_guard<std::mutex> Guard(Lock);
  ConstructorFn &Current = MCJITConstructor::get();
  // Null where MCJIT is not linked in: nothing can be created then.
  if (!Current || Current == createMCJIT)
    return;
  LLVMConstructor = Current;
  Current = createMCJIT;
}

static void *createRTDyldLayer(void *Session) {
  ProcessArena &Process = ProcessArena::get();
  if (!Process.arena())
    return nullptr;
  Process.countEngine();
  // The factory's argument came with a later version of LLVM.
  auto MakeManager = [](auto &&...) {
    return std::make_unique<PreloadMemoryManager>();
  };
  // LLVMOrcObjectLayerRef is a pointer to the base class.
  orc::ObjectLayer *Layer = new orc::RTDyldObjectLinkingLayer(
      *static_cast<orc::ExecutionSession *>(Session), std::move(MakeManager));
  return Layer;
}

} // namespace jitslab

extern "C" __attribute__((visibility("default")))
const jitslab::PreloadBackend *
JITSLAB_PRELOAD_BACKEND() {
  static const jitslab::PreloadBackend Backend = {
      static_cast<const void *>(&jitslab::MCJITConstructor::get()),
      jitslab::prepareMCJIT, jitslab::createRTDyldLayer};
  return &Backend;
}
