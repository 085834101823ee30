//===- ServeLLJIT.cpp - LLJIT with memory of the arena --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// LLVM's prepareForConstruction decides between RuntimeDyld and JITLink, which
// code model and relocations go with it, and what else differs between
// versions. It is asked first, and only then the layer is replaced.

#include "ServeLLJIT.h"
#include "PreloadLayers.h"
#include "ProcessArena.h"
#include "ServeRemote.h"
#include "jitslab/LLVMCompat.h"
#include "llvm-c/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"

using namespace llvm;

namespace jitslab {

namespace {
/// A type of its own tells this creator from those of hosts.
struct LayerCreator {
  bool UseJITLink;

  // Further parameters differ between versions.
  template <typename... Others>
  LayerOrError operator()(orc::ExecutionSession &ES, Others &&...Rest) const {
    if (!UseJITLink)
      return makeRTDyldLayer(ES);
#if JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER
    return makeJITLinkLayer(ES, Rest...);
#else
    (void)sizeof...(Rest);
    return makeJITLinkLayer(ES);
#endif
  }
};
} // namespace

// The virtual functions of classes of executors. Weak: a version may do
// without.
#define JITSLAB_VIRTUAL_FUNCTIONS(NAME, CLASS)                                 \
  extern const void *const NAME[] __asm__("_ZTVN4llvm3orc" CLASS "E")          \
      __attribute__((weak, visibility("default")))
// Whose JITs run code in this process.
JITSLAB_VIRTUAL_FUNCTIONS(SelfFunctions, "26SelfExecutorProcessControl");
#if JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER
JITSLAB_VIRTUAL_FUNCTIONS(RemoteFunctions, "15SimpleRemoteEPC");
#endif

/// Null if the host has chosen none.
static const orc::ExecutorProcessControl *
executorOf(const orc::LLJITBuilderState &S) {
  return S.ES ? &S.ES->getExecutorProcessControl() : S.EPC.get();
}

/// Is \p Executor of the very class, and of none that the host has derived from
/// it?
static bool isOf(const orc::ExecutorProcessControl *Executor,
                 const void *const *Functions) {
  // In a table of virtual functions two words come before them.
  return Executor && Functions &&
         *reinterpret_cast<const void *const *>(Executor) == Functions + 2;
}

static bool runsRemotely(const orc::LLJITBuilderState &S) {
#if JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER
  return isOf(executorOf(S), RemoteFunctions);
#else
  // They are served when the connection is made.
  (void)S;
  return false;
#endif
}

ServeResult mayServeLLJIT(const void *State) {
  const auto &S = *static_cast<const orc::LLJITBuilderState *>(State);
  if (S.CreateObjectLinkingLayer &&
      !S.CreateObjectLinkingLayer.target<LayerCreator>())
    return {"the host makes its object linking layer itself"};
#if JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER
  if (S.CreateMemoryManager)
    return {"the host has a memory manager of its own"};
#endif
  const orc::ExecutorProcessControl *Executor = executorOf(S);
  if (Executor && !isOf(Executor, SelfFunctions) && !runsRemotely(S))
    return {"the host's code may run in another process"};
  return {};
}

ServeResult serveLLJIT(void *State) {
  auto &S = *static_cast<orc::LLJITBuilderState *>(State);
  if (!S.JTMB->getTargetTriple().isOSBinFormatELF())
    return {"the host's objects are not of the format ELF"};
  // Otherwise LLJIT itself makes a layer for RuntimeDyld.
  bool UseJITLink = static_cast<bool>(S.CreateObjectLinkingLayer);
  if (UseJITLink && !JITSLAB_HAS_JITLINK)
    return {"the host links with JITLink, which needs LLVM 19 or later"};
#if JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER
  if (runsRemotely(S)) {
    if (!UseJITLink)
      return {"the host links with RuntimeDyld for an executor"};
    return serveRemoteLLJIT(S);
  }
#endif
  ProcessArena &Process = ProcessArena::get();
  if (!Process.arena())
    return Process.whyNone();
#if JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER
  if (UseJITLink)
    S.CreateMemoryManager = [](orc::ExecutionSession &)
        -> Expected<std::unique_ptr<jitlink::JITLinkMemoryManager>> {
      return makeJITLinkMemory();
    };
#endif
  S.CreateObjectLinkingLayer = LayerCreator{UseJITLink};
  return {};
}

void *createLLJIT(void **Result, void *Opaque) {
  auto Builder = static_cast<LLVMOrcLLJITBuilderRef>(Opaque);
  if (!Builder)
    Builder = LLVMOrcCreateLLJITBuilder();
  // This calls prepareForConstruction as any host does.
  auto J = reinterpret_cast<orc::LLJITBuilder *>(Builder)->create();
  LLVMOrcDisposeLLJITBuilder(Builder);
  *Result = J ? J->release() : nullptr;
  return wrap(J.takeError());
}

} // namespace jitslab
