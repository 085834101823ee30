//===- lljit-host.cpp - A host of llvm::orc::LLJIT ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// lljit-host MODE [OBJECT]: compiles and calls a function the way that MODE
// says; or links OBJECT, which has it, and throws an exception through that.

#include "common/TripleModule.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>
// A header of its own in later versions.
#if __has_include("llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h")
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#endif

using namespace llvm;
using namespace llvm::orc;

static ExitOnError Check("lljit-host: ");

/// Is seen by what the layer does.
static Expected<std::unique_ptr<ObjectLayer>>
makeOwnLayer(ExecutionSession &ES) {
  outs() << "the host's own layer\n";
  return std::make_unique<RTDyldObjectLinkingLayer>(
      ES, [](auto &&...) { return std::make_unique<SectionMemoryManager>(); });
}

/// An executor of another class, as far as anybody can see.
static std::unique_ptr<ExecutorProcessControl> makeOtherExecutor() {
  auto Executor = Check(SelfExecutorProcessControl::Create());
  static const void *Copy[64];
  const void *const **Table =
      reinterpret_cast<const void *const **>(Executor.get());
  std::memcpy(Copy, *Table - 2, sizeof(Copy));
  *Table = Copy + 2;
  return Executor;
}

static void throwIt() { throw 42; }

// What a lookup finds differs between versions of LLVM.
template <typename T>
static auto addressOf(const T &Found) -> decltype(Found.getAddress()) {
  return Found.getAddress();
}
template <typename T>
static auto addressOf(const T &Found) -> decltype(Found.getValue()) {
  return Found.getValue();
}

template <typename Fn> static Fn *find(LLJIT &J, StringRef Name) {
  return reinterpret_cast<Fn *>(
      static_cast<uintptr_t>(addressOf(Check(J.lookup(Name)))));
}

template <typename Builder> static auto make(StringRef Mode) {
  Builder B;
  if (Mode == "own")
    B.setObjectLinkingLayerCreator(
        [](ExecutionSession &ES, auto &&...) { return makeOwnLayer(ES); });
  if (Mode == "executor")
    B.setExecutorProcessControl(Check(SelfExecutorProcessControl::Create()));
  if (Mode == "other-executor")
    B.setExecutorProcessControl(makeOtherExecutor());
  if (Mode == "threads")
    B.setNumCompileThreads(2);
  return Check(B.create());
}

static ThreadSafeModule makeModule() {
  auto Context = std::make_unique<LLVMContext>();
  auto M = jitslab::makeTripleModule(*Context);
  return {std::move(M), std::move(Context)};
}

static int report(LLJIT &J) {
  int Result = find<int(int)>(J, "triple")(14);
  outs() << (isa<ObjectLinkingLayer>(J.getObjLinkingLayer()) ? "JITLink: "
                                                             : "RuntimeDyld: ")
         << "triple(14) = " << Result << '\n';
  return 0;
}

int main(int Count, char **Argv) {
  StringRef Mode = Argv[1];
  jitslab::initializeExampleTarget();
  if (Mode == "lazy") {
    auto J = make<LLLazyJITBuilder>(Mode);
    Check(J->addLazyIRModule(J->getMainJITDylib(), makeModule()));
    return report(*J);
  }
  auto J = make<LLJITBuilder>(Mode);
  if (Count == 2) {
    Check(J->addIRModule(makeModule()));
    return report(*J);
  }
  Check(J->addObjectFile(
      Check(errorOrToExpected(MemoryBuffer::getFile(Argv[2])))));
  try {
    find<void(void (*)())>(*J, "pass")(throwIt);
  } catch (int Thrown) {
    outs() << "caught " << Thrown << '\n';
  }
  outs() << "constructed: " << find<int()>(*J, "isConstructed")() << '\n';
  return report(*J);
}
