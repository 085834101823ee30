//===- PreloadLayers.cpp - Linking layers on the process's arena ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PreloadLayers.h"
#include "PreloadMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h"
#if JITSLAB_HAS_JITLINK
#include "../../lib/JITLink/LayerPlugins.h"
#include "jitslab/ArenaJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#endif

using namespace llvm;

namespace jitslab {

LayerOrError makeRTDyldLayer(orc::ExecutionSession &ES) {
  ProcessArena::get().countEngine();
  // The factory's argument came with a later version of LLVM.
  return std::make_unique<orc::RTDyldObjectLinkingLayer>(
      ES, [](auto &&...) { return std::make_unique<PreloadMemoryManager>(); });
}

#if JITSLAB_HAS_JITLINK
namespace {
/// Its graphs are counted as objects.
class CountingMemoryManager final : public ArenaJITLinkMemoryManager {
public:
  CountingMemoryManager()
      : ArenaJITLinkMemoryManager(ProcessArena::get().arena(), options()) {}

  using ArenaJITLinkMemoryManager::allocate;
  void allocate(const jitlink::JITLinkDylib *JD, jitlink::LinkGraph &G,
                OnAllocatedFunction OnAllocated) override {
    ProcessArena::get().countObject();
    ArenaJITLinkMemoryManager::allocate(JD, G, std::move(OnAllocated));
  }

private:
  static ArenaJITLinkOptions options() {
    ArenaJITLinkOptions O;
    O.RegisterFrames = true;
    return O;
  }
};
} // namespace

std::unique_ptr<jitlink::JITLinkMemoryManager> makeJITLinkMemory() {
  return std::make_unique<CountingMemoryManager>();
}

static LayerOrError finish(std::unique_ptr<orc::ObjectLinkingLayer> Layer) {
  ProcessArena::get().countEngine();
  addLayerPlugins(*Layer);
  return Layer;
}

LayerOrError makeJITLinkLayer(orc::ExecutionSession &ES,
                              jitlink::JITLinkMemoryManager &Memory) {
  return finish(std::make_unique<orc::ObjectLinkingLayer>(ES, Memory));
}

LayerOrError makeJITLinkLayer(orc::ExecutionSession &ES) {
  return finish(
      std::make_unique<orc::ObjectLinkingLayer>(ES, makeJITLinkMemory()));
}
#else
LayerOrError makeJITLinkLayer(orc::ExecutionSession &) {
  return createStringError(std::make_error_code(std::errc::not_supported),
                           "jitslab: JITLink needs LLVM 19 or later");
}
#endif

} // namespace jitslab
