//===- LLJITSupport.cpp - An LLJIT on an arena ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/LLJITSupport.h"
#include "../LLVMCompat.h"
#include "jitslab/GOTPCRELXFixPlugin.h"
#if !JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES
#include "llvm/ExecutionEngine/Orc/EPCEHFrameRegistrar.h"
#endif

using namespace llvm;

namespace jitslab {

// LLJIT's own creator does this in the versions whose platforms do not.
static Error addEHFrameRegistration(orc::ExecutionSession &ES,
                                    orc::ObjectLinkingLayer &Layer) {
#if !JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES
  auto Registrar = orc::EPCEHFrameRegistrar::Create(ES);
  if (!Registrar)
    return Registrar.takeError();
  Layer.addPlugin(std::make_unique<orc::EHFrameRegistrationPlugin>(
      ES, std::move(*Registrar)));
#else
  (void)ES;
  (void)Layer;
#endif
  return Error::success();
}

Expected<std::unique_ptr<orc::ObjectLinkingLayer>>
createObjectLinkingLayer(orc::ExecutionSession &ES, std::shared_ptr<Arena> A,
                         JITLinkOptions Options) {
  auto Layer = std::make_unique<orc::ObjectLinkingLayer>(
      ES, std::make_unique<ArenaJITLinkMemoryManager>(std::move(A), Options));
  if (Error Err = addEHFrameRegistration(ES, *Layer))
    return Err;
  Layer->addPlugin(std::make_shared<GOTPCRELXFixPlugin>());
  return Layer;
}

void useArena(orc::LLJITBuilder &Builder, std::shared_ptr<Arena> A,
              JITLinkOptions Options) {
  // Further parameters, of which this needs none, differ between versions.
  Builder.setObjectLinkingLayerCreator(
      [A = std::move(A),
       Options](orc::ExecutionSession &ES,
                auto &&...) -> Expected<std::unique_ptr<orc::ObjectLayer>> {
        return createObjectLinkingLayer(ES, A, Options);
      });
}

} // namespace jitslab
