//===- LLJITSupport.cpp - An LLJIT on an arena ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/LLJITSupport.h"
#include "../LLVMCompat.h"
#include "AbsoluteAddresses.h"
#include "FrameCallsPlugin.h"
#include "LayerPlugins.h"
#include "jitslab/GOTPCRELXFixPlugin.h"
#include "jitslab/InitFiniPlugin.h"

using namespace llvm;

namespace jitslab {

void addLayerPlugins(orc::ObjectLinkingLayer &Layer) {
  Layer.addPlugin(std::make_shared<FrameCallsPlugin>());
#if JITSLAB_LLVM_RELAXES_CALLS_WRONGLY
  Layer.addPlugin(std::make_shared<GOTPCRELXFixPlugin>());
#endif
}

static std::unique_ptr<orc::ObjectLinkingLayer>
withPlugins(std::unique_ptr<orc::ObjectLinkingLayer> Layer,
            std::shared_ptr<InitFiniPlugin> Statics) {
  addLayerPlugins(*Layer);
  if (!Statics)
    Statics = std::make_shared<InitFiniPlugin>(InitFiniPlugin::Mode::Refuse);
  Layer->addPlugin(std::move(Statics));
  // Behind the repair: what that finds is no absolute address.
  Layer->addPlugin(std::make_shared<AbsoluteAddressesPlugin>());
  return Layer;
}

} // namespace jitslab

Expected<std::unique_ptr<orc::ObjectLinkingLayer>>
jitslab::createObjectLinkingLayer(orc::ExecutionSession &ES,
                                  std::shared_ptr<Arena> A,
                                  ArenaJITLinkOptions Options) {
  Options.RegisterFrames = true;
  std::shared_ptr<InitFiniPlugin> Statics = std::move(Options.Statics);
  return withPlugins(std::make_unique<orc::ObjectLinkingLayer>(
                         ES, std::make_unique<ArenaJITLinkMemoryManager>(
                                 std::move(A), Options)),
                     std::move(Statics));
}

Expected<std::unique_ptr<orc::ObjectLinkingLayer>>
jitslab::createObjectLinkingLayer(orc::ExecutionSession &ES,
                                  jitlink::JITLinkMemoryManager &Memory,
                                  std::shared_ptr<InitFiniPlugin> Statics) {
  return withPlugins(std::make_unique<orc::ObjectLinkingLayer>(ES, Memory),
                     std::move(Statics));
}
