//===- BackendMain.cpp - Memory managers for one version of LLVM ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArenaMapper.h"
#include "Backend.h"
#include "PlainManager.h"
#include "PreloadLayers.h"
#include "PreloadMemoryManager.h"
#include "ServeLLJIT.h"
#include "ServeRemote.h"
#include "llvm/ExecutionEngine/ExecutionEngine.h"

using namespace llvm;

namespace jitslab {

namespace {
/// A protected static member of ExecutionEngine, which derived classes may
/// name; this one is never instantiated.
class MCJITConstructor : public ExecutionEngine {
public:
  static constexpr auto &get() { return MCJITCtor; }
};
} // namespace

static ServeResult serveMCJIT(void *ManagerPointer, void *ResolverPointer) {
  auto &Manager =
      *static_cast<std::shared_ptr<MCJITMemoryManager> *>(ManagerPointer);
  if (Manager &&
      !mapsAsLLVM(*static_cast<SectionMemoryManager *>(Manager.get())))
    return {"the host maps the memory of its memory manager itself"};
  ProcessArena &Process = ProcessArena::get();
  if (!Process.arena())
    return Process.whyNone();
  Process.countEngine();
  auto Ours = std::make_shared<PreloadMemoryManager>(Manager);
  auto &Resolver =
      *static_cast<std::shared_ptr<LegacyJITSymbolResolver> *>(ResolverPointer);
  // As MCJIT does with the manager that it makes for itself.
  if (!Resolver)
    Resolver = Ours;
  Manager = std::move(Ours);
  return {};
}

template <Expected<std::unique_ptr<orc::ObjectLayer>> (*Make)(
    orc::ExecutionSession &)>
static ServeResult createLayer(void *Session, void **Result) {
  ProcessArena &Process = ProcessArena::get();
  if (!Process.arena())
    return Process.whyNone();
  auto Layer = Make(*static_cast<orc::ExecutionSession *>(Session));
  if (!Layer) {
    consumeError(Layer.takeError());
    return {"layers for JITLink need LLVM 19 or later"};
  }
  // LLVMOrcObjectLayerRef is a pointer to the base class.
  *Result = Layer->release();
  return {};
}

static bool hasServed() {
  return ProcessArena::hasServed() || ArenaMapper::hasServed() ||
         hasServedRemote();
}

static void *mapper() { return isComparing() ? nullptr : &ArenaMapper::get(); }

static void mapInArena() { ArenaMapper::get().mapInArena(); }

// A constant: no thread makes it while another one forks.
static constexpr PreloadBackend Backend = {
    static_cast<const void *>(&MCJITConstructor::get()),
    hasServed,
    serveMCJIT,
    mapper,
    mapInArena,
    createLayer<makeRTDyldLayer>,
    createLayer<makeJITLinkLayer>,
    mayServeLLJIT,
    serveLLJIT,
    createLLJIT,
    serveRemote};

} // namespace jitslab

extern "C" __attribute__((visibility("default")))
const jitslab::PreloadBackend *
JITSLAB_PRELOAD_BACKEND() {
  return &jitslab::Backend;
}
