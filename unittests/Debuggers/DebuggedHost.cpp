//===- DebuggedHost.cpp - A host for debuggers, of any manager ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// debugged-host MANAGER LINKER WALKED LATER: loads WALKED, calls its jit_walk,
// loads LATER, calls its jit_later, and jit_walk again. MANAGER is LLVM's own
// (section) or the name of a layout.

#include "Core/LayoutNames.h"
#include "RTDyld/TestEngine.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/JITEventListener.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#if __has_include("llvm/ExecutionEngine/Orc/Debugging/DebuggerSupport.h")
#include "JITLink/TestJIT.h"
#include "llvm/ExecutionEngine/Orc/Debugging/DebuggerSupport.h"
#define HAS_LLJIT 1
#else
#define HAS_LLJIT 0
#endif

using namespace jitslab;
using namespace llvm;

namespace {

std::unique_ptr<MemoryBuffer> read(const char *Path) {
  return cantFail(errorOrToExpected(MemoryBuffer::getFile(Path)));
}

/// Null for LLVM's own manager.
std::shared_ptr<Arena> makeArena(StringRef Manager) {
  if (Manager == "section")
    return nullptr;
  ArenaOptions Options;
  Options.ObjectLayout = *layoutByName(Manager);
  return cantFail(Arena::create(Options));
}

class Linker {
public:
  virtual ~Linker() = default;
  virtual void load(const char *Path) = 0;
  virtual int call(const char *Function, int Argument) = 0;
};

class MCJITLinker final : public Linker {
public:
  explicit MCJITLinker(std::shared_ptr<Arena> A) {
    std::unique_ptr<RTDyldMemoryManager> Manager;
    if (A)
      Manager = std::make_unique<ReservingMemoryManager>(std::move(A));
    else
      Manager = std::make_unique<SectionMemoryManager>();
    Engine = makeEngine(std::make_unique<Module>("empty", Context),
                        std::move(Manager));
    // Debug sections are loaded only when they are asked for.
    Engine->setProcessAllSections(true);
    Engine->RegisterJITEventListener(
        JITEventListener::createGDBRegistrationListener());
  }
  void load(const char *Path) override {
    std::unique_ptr<MemoryBuffer> Buffer = read(Path);
    auto Object = cantFail(
        object::ObjectFile::createObjectFile(Buffer->getMemBufferRef()));
    Engine->addObjectFile(object::OwningBinary<object::ObjectFile>(
        std::move(Object), std::move(Buffer)));
    Engine->finalizeObject();
  }
  int call(const char *Function, int Argument) override {
    return reinterpret_cast<int (*)(int)>(
        static_cast<uintptr_t>(Engine->getFunctionAddress(Function)))(Argument);
  }

private:
  LLVMContext Context;
  std::unique_ptr<ExecutionEngine> Engine;
};

#if HAS_LLJIT
class LLJITLinker final : public Linker {
public:
  explicit LLJITLinker(std::shared_ptr<Arena> A)
      : JIT(cantFail(A ? makeJIT(std::move(A)) : makeStockJIT())) {
    cantFail(orc::enableDebuggerSupport(*JIT));
  }
  void load(const char *Path) override {
    cantFail(JIT->addObjectFile(read(Path)));
  }
  int call(const char *Function, int Argument) override {
    return cantFail(functionOf<int(int)>(*JIT, Function))(Argument);
  }

private:
  std::unique_ptr<orc::LLJIT> JIT;
};
#endif

std::unique_ptr<Linker> makeLinker(StringRef Name, std::shared_ptr<Arena> A) {
#if HAS_LLJIT
  if (Name == "lljit")
    return std::make_unique<LLJITLinker>(std::move(A));
#endif
  if (Name == "mcjit")
    return std::make_unique<MCJITLinker>(std::move(A));
  return nullptr;
}

} // namespace

int main(int ArgC, char **ArgV) {
  if (ArgC != 5)
    return 2;
  std::unique_ptr<Linker> L = makeLinker(ArgV[2], makeArena(ArgV[1]));
  if (!L) {
    puts("This LLVM has no such linker for debuggers");
    return 0;
  }
  L->load(ArgV[3]);
  const int First = L->call("jit_walk", 4);
  L->load(ArgV[4]);
  const int Later = L->call("jit_later", 1);
  printf("results %d %d %d\n", First, Later, L->call("jit_walk", 4));
}
