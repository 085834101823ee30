//===- AnyLinker.cpp - LLVM's linkers with any manager --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Debuggers/AnyLinker.h"
#include "Core/LayoutNames.h"
#include "RTDyld/TestEngine.h"
#include "jitslab/Config.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/JITEventListener.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#if JITSLAB_HAS_JITLINK
#include "JITLink/TestJIT.h"
#include "llvm/ExecutionEngine/Orc/Debugging/DebuggerSupport.h"
#include "llvm/ExecutionEngine/Orc/Debugging/PerfSupportPlugin.h"
#endif

using namespace llvm;

namespace jitslab {

namespace {

std::unique_ptr<MemoryBuffer> readFile(const char *Path) {
  return cantFail(errorOrToExpected(MemoryBuffer::getFile(Path)));
}

/// Null for LLVM's own manager.
std::shared_ptr<Arena> arenaOf(StringRef Manager) {
  if (Manager == "section")
    return nullptr;
  ArenaOptions Options;
  Options.ObjectLayout = *layoutByName(Manager);
  return cantFail(Arena::create(Options));
}

class MCJITLinker final : public AnyLinker {
public:
  MCJITLinker(std::shared_ptr<Arena> A, Told T) {
    std::unique_ptr<RTDyldMemoryManager> Manager;
    if (A)
      Manager = std::make_unique<ReservingMemoryManager>(std::move(A));
    else
      Manager = std::make_unique<SectionMemoryManager>();
    Engine = makeEngine(std::make_unique<Module>("empty", Context),
                        std::move(Manager));
    // Debug sections are loaded only when they are asked for.
    Engine->setProcessAllSections(true);
    // Debuggers are told by MCJIT itself.
    if (T == Told::Perf)
      Engine->RegisterJITEventListener(
          JITEventListener::createPerfJITEventListener());
  }
  void load(const char *Path) override {
    std::unique_ptr<MemoryBuffer> Buffer = readFile(Path);
    auto Object = cantFail(
        object::ObjectFile::createObjectFile(Buffer->getMemBufferRef()));
    Engine->addObjectFile(object::OwningBinary<object::ObjectFile>(
        std::move(Object), std::move(Buffer)));
    Engine->finalizeObject();
  }
  uintptr_t addressOf(const char *Function) override {
    return static_cast<uintptr_t>(Engine->getFunctionAddress(Function));
  }

private:
  LLVMContext Context;
  std::unique_ptr<ExecutionEngine> Engine;
};

#if JITSLAB_HAS_JITLINK
class LLJITLinker final : public AnyLinker {
public:
  LLJITLinker(std::shared_ptr<Arena> A, Told T)
      : JIT(cantFail(A ? makeJIT(std::move(A)) : makeStockJIT())) {
    if (T == Told::Debuggers)
      cantFail(orc::enableDebuggerSupport(*JIT));
    else if (T == Told::Perf)
      static_cast<orc::ObjectLinkingLayer &>(JIT->getObjLinkingLayer())
          .addPlugin(cantFail(orc::PerfSupportPlugin::Create(
              JIT->getExecutionSession().getExecutorProcessControl(),
              *JIT->getProcessSymbolsJITDylib(), /*EmitDebugInfo=*/true,
              /*EmitUnwindInfo=*/true)));
  }
  void load(const char *Path) override {
    cantFail(JIT->addObjectFile(readFile(Path)));
  }
  uintptr_t addressOf(const char *Function) override {
    return reinterpret_cast<uintptr_t>(
        cantFail(functionOf<void()>(*JIT, Function)));
  }

private:
  std::unique_ptr<orc::LLJIT> JIT;
};
#endif

} // namespace

std::unique_ptr<AnyLinker> makeLinker(StringRef Linker, StringRef Manager,
                                      Told T) {
#if JITSLAB_HAS_JITLINK
  if (Linker == "lljit")
    return std::make_unique<LLJITLinker>(arenaOf(Manager), T);
#endif
  if (Linker == "mcjit")
    return std::make_unique<MCJITLinker>(arenaOf(Manager), T);
  puts("This LLVM has no such linker for debuggers");
  return nullptr;
}

} // namespace jitslab
