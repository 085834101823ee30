//===- ServeRemote.h - Code that runs in an executor ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_SERVEREMOTE_H
#define JITSLAB_TOOLS_PRELOAD_SERVEREMOTE_H

#include "Backend.h"
#include "jitslab/LLVMCompat.h"

#if JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER
namespace llvm {
namespace orc {
class LLJITBuilderState;
} // namespace orc
} // namespace llvm
#endif

namespace jitslab {

/// What PreloadBackend has under this name.
ServeResult serveRemote(void *Setup);

/// True if an executor's memory was served.
#if JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER
/// \p S is of an LLJIT that links with JITLink, whose executor is a
/// SimpleRemoteEPC.
ServeResult serveRemoteLLJIT(llvm::orc::LLJITBuilderState &S);
#endif

bool hasServedRemote();

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_SERVEREMOTE_H
