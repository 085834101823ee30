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
#include <atomic>

using namespace llvm;

namespace jitslab {

namespace {
/// Every MCJIT is made through a pointer to a function, a protected static
/// member of ExecutionEngine, whichever function of LLVM the host calls.
/// Derived classes may name it; this one is never instantiated.
class MCJITConstructor : public ExecutionEngine {
public:
  static constexpr auto &get() { return MCJITCtor; }
};
} // namespace

using ConstructorFn =
    std::remove_reference_t<decltype(MCJITConstructor::get())>;

static std::atomic<ConstructorFn> LLVMConstructor{nullptr};

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
  return LLVMConstructor.load(std::memory_order_relaxed)(
      std::move(M), ErrorStr, std::move(Manager), std::move(Resolver),
      std::move(Machine));
}

// No lock, as in processWide: threads that come here at the same time write the
// same values.
static void prepareMCJIT() {
  ConstructorFn *Place = &MCJITConstructor::get();
  ConstructorFn Current = __atomic_load_n(Place, __ATOMIC_ACQUIRE);
  // Null where MCJIT is not linked in: nothing can be created then.
  if (!Current || Current == createMCJIT)
    return;
  LLVMConstructor.store(Current, std::memory_order_relaxed);
  __atomic_store_n(Place, &createMCJIT, __ATOMIC_RELEASE);
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

// A constant: no thread makes it while another one forks.
static constexpr PreloadBackend Backend = {
    static_cast<const void *>(&MCJITConstructor::get()), prepareMCJIT,
    createRTDyldLayer};

} // namespace jitslab

extern "C" __attribute__((visibility("default")))
const jitslab::PreloadBackend *
JITSLAB_PRELOAD_BACKEND() {
  return &jitslab::Backend;
}
