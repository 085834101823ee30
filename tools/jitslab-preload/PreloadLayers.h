//===- PreloadLayers.h - Linking layers on the process's arena -*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_PRELOADLAYERS_H
#define JITSLAB_TOOLS_PRELOAD_PRELOADLAYERS_H

#include "jitslab/Config.h"
#include "llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/Layer.h"

namespace jitslab {

using LayerOrError = llvm::Expected<std::unique_ptr<llvm::orc::ObjectLayer>>;

/// A layer for RuntimeDyld, as LLJIT makes it, and counts it as an engine. The
/// process must have an arena.
LayerOrError makeRTDyldLayer(llvm::orc::ExecutionSession &ES);

/// The same for JITLink. Unlike useArena's it does not refuse objects with
/// static constructors that nobody would run: LLVM's does not either. An error
/// where jitslab has no JITLink half (LLVM 14 to 18).
LayerOrError makeJITLinkLayer(llvm::orc::ExecutionSession &ES);

#if JITSLAB_HAS_JITLINK
/// The two parts of that layer, for an LLJIT that has its memory manager
/// itself.
std::unique_ptr<llvm::jitlink::JITLinkMemoryManager> makeJITLinkMemory();
LayerOrError makeJITLinkLayer(llvm::orc::ExecutionSession &ES,
                              llvm::jitlink::JITLinkMemoryManager &Memory);
#endif

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_PRELOADLAYERS_H
