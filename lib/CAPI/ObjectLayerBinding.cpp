//===- ObjectLayerBinding.cpp - ORC's object layers for C -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Core/HeapExhaustion.h"
#include "LayerBinding.h"
#include "RefusingObjectLayer.h"
#include "jitslab/Config.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h"
#if JITSLAB_HAS_JITLINK
#include "jitslab/LLJITSupport.h"
#endif

using namespace jitslab;
using namespace llvm;

// As LLVM converts them in lib/ExecutionEngine/Orc/OrcV2CBindings.cpp, which is
// not in a header.
static orc::ExecutionSession &sessionOf(LLVMOrcExecutionSessionRef Session) {
  return *reinterpret_cast<orc::ExecutionSession *>(Session);
}
static LLVMOrcObjectLayerRef handOver(std::unique_ptr<orc::ObjectLayer> Layer) {
  return reinterpret_cast<LLVMOrcObjectLayerRef>(Layer.release());
}

static LayerOrError makeRTDyldLayer(orc::ExecutionSession &ES,
                                    std::shared_ptr<Arena> TheArena) {
  // The factory has a parameter in some versions of LLVM.
  return std::make_unique<orc::RTDyldObjectLinkingLayer>(
      ES, [TheArena = std::move(TheArena)](auto &&...) {
        return std::make_unique<ReservingMemoryManager>(TheArena);
      });
}

static LayerOrError makeJITLinkLayer(orc::ExecutionSession &ES,
                                     std::shared_ptr<Arena> TheArena) {
#if JITSLAB_HAS_JITLINK
  return createObjectLinkingLayer(ES, std::move(TheArena));
#else
  (void)ES;
  (void)TheArena;
  return jitlinkIsMissing(", and its JITLink part needs LLVM 19 or later; use "
                          "JitslabCreateRTDyldObjectLinkingLayer");
#endif
}

LLVMOrcObjectLayerRef
jitslab::makeLayer(const char *Function, LLVMOrcExecutionSessionRef Session,
                   function_ref<LayerOrError(orc::ExecutionSession &)> Make) {
  return endIfHeapIsUsedUp([&]() -> LLVMOrcObjectLayerRef {
    if (!Session) {
      Error Err = argumentError(Function, "Session is null");
      rememberError(Err);
      consumeError(std::move(Err));
      return nullptr;
    }
    orc::ExecutionSession &ES = sessionOf(Session);
    LayerOrError Layer = Make(ES);
    Error Err = Layer.takeError();
    rememberError(Err);
    if (Err)
      return handOver(
          std::make_unique<RefusingObjectLayer>(ES, std::move(Err)));
    return handOver(std::move(*Layer));
  });
}

static LLVMOrcObjectLayerRef makeArenaLayer(
    const char *Function, void *ArenaRef, LLVMOrcExecutionSessionRef Session,
    LayerOrError (*Make)(orc::ExecutionSession &, std::shared_ptr<Arena>)) {
  return makeLayer(
      Function, Session, [&](orc::ExecutionSession &ES) -> LayerOrError {
        if (!ArenaRef)
          return argumentError(Function, "Arena is null");
        return Make(ES, static_cast<JitslabArenaRef>(ArenaRef)->Share);
      });
}

LLVMOrcObjectLayerRef JitslabCreateRTDyldObjectLinkingLayer(
    void *Arena, LLVMOrcExecutionSessionRef Session, const char * /*Triple*/) {
  return makeArenaLayer(__func__, Arena, Session, makeRTDyldLayer);
}

LLVMOrcObjectLayerRef
JitslabCreateObjectLinkingLayer(void *Arena, LLVMOrcExecutionSessionRef Session,
                                const char * /*Triple*/) {
  return makeArenaLayer(__func__, Arena, Session, makeJITLinkLayer);
}
