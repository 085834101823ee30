//===- RemoteLayerBinding.cpp - Arenas in other processes for C -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../LLVMCompat.h"
#include "LayerBinding.h"
#include "SizedStruct.h"
#include "jitslab/Config.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#if JITSLAB_HAS_JITLINK
#include "jitslab/GOTPCRELXFixPlugin.h"
#include "jitslab/RemoteJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#endif

using namespace jitslab;
using namespace llvm;

// What the struct's first version ended with.
static constexpr size_t MinRemoteOptionsSize =
    offsetof(JitslabRemoteOptions, Reserved) +
    sizeof(JitslabRemoteOptions::Reserved);
static_assert(offsetof(JitslabRemoteOptions, OutsideMinSize) +
                      sizeof(JitslabRemoteOptions::OutsideMinSize) ==
                  sizeof(JitslabRemoteOptions),
              "padding at the end of JitslabRemoteOptions");

void JitslabInitializeRemoteOptions(JitslabRemoteOptions *Options,
                                    size_t SizeOfOptions) {
  initializeStruct(Options, SizeOfOptions);
}

#if JITSLAB_HAS_JITLINK
static Expected<RemoteOptions>
readRemoteOptions(const JitslabRemoteOptions *Callers, const char *Function) {
  RemoteOptions Options;
  if (!Callers)
    return Options;
  if (Error Err = checkStructSize(Function, "JitslabRemoteOptions",
                                  Callers->Size, MinRemoteOptionsSize))
    return Err;
  JitslabRemoteOptions Known;
  if (!readStruct(Known, Callers, Callers->Size) || Known.Reserved)
    return argumentError(
        Function, "JitslabRemoteOptions has a field set that this version does "
                  "not know; begin with JitslabInitializeRemoteOptions");
  Options.WindowSize = Known.WindowSize;
  Options.Grow = Known.NoGrow == 0;
  Options.SharedMemory = Known.NoSharedMemory == 0;
  Options.RegisterFrames = Known.NoFrames == 0;
  Options.WindowPerJITDylib = Known.WindowPerJITDylib != 0;
  Options.GrowPerJITDylib = Known.NoGrowPerJITDylib == 0;
  if (Known.OutsideMinSize)
    Options.OutsideMinSize = Known.OutsideMinSize;
  return Options;
}

static LayerOrError makeRemoteLayer(orc::ExecutionSession &ES,
                                    const JitslabRemoteOptions *Callers,
                                    const char *Function) {
  Expected<RemoteOptions> Options = readRemoteOptions(Callers, Function);
  if (!Options)
    return Options.takeError();
  auto Manager = RemoteJITLinkMemoryManager::create(
      ES.getExecutorProcessControl(), *Options);
  if (!Manager)
    return Manager.takeError();
  auto Layer =
      std::make_unique<orc::ObjectLinkingLayer>(ES, std::move(*Manager));
#if JITSLAB_LLVM_RELAXES_CALLS_WRONGLY
  Layer->addPlugin(std::make_shared<GOTPCRELXFixPlugin>());
#endif
  return Layer;
}
#else
static LayerOrError makeRemoteLayer(orc::ExecutionSession &,
                                    const JitslabRemoteOptions *,
                                    const char *) {
  return jitlinkIsMissing(
      ", and arenas in other processes need LLVM 19 or later");
}
#endif

LLVMOrcObjectLayerRef
JitslabCreateRemoteObjectLinkingLayer(void *Options,
                                      LLVMOrcExecutionSessionRef Session,
                                      const char * /*Triple*/) {
  const char *Name = __func__;
  return makeLayer(Name, Session, [&](orc::ExecutionSession &ES) {
    return makeRemoteLayer(
        ES, static_cast<const JitslabRemoteOptions *>(Options), Name);
  });
}
