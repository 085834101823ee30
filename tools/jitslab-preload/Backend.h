//===- Backend.h - Between the preload and its backends ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_BACKEND_H
#define JITSLAB_TOOLS_PRELOAD_BACKEND_H

namespace jitslab {

/// What libjitslab-preload-llvmN.so does for libjitslab-preload.so, which knows
/// no LLVM. All functions may be called from any thread, and do not throw.
struct PreloadBackend {
  /// An object inside the libLLVM that this backend is bound to. Functions of
  /// another copy of the same version must not be served.
  const void *InsideLLVM;

  /// To be called before LLVM's functions that can create an MCJIT: from then
  /// on MCJIT gets memory from the arena unless its host sets a manager.
  void (*PrepareMCJIT)();

  /// \returns an orc::ObjectLayer for the orc::ExecutionSession, with memory
  /// from the arena; null when there is no arena, so that LLVM's own function
  /// has to be called.
  void *(*CreateRTDyldLayer)(void *Session);
};

/// The one function that a backend exports. The number in its name changes with
/// PreloadBackend, so that a backend of another build is not misunderstood.
#define JITSLAB_PRELOAD_BACKEND jitslab_preload_backend_1
#define JITSLAB_PRELOAD_BACKEND_NAME "jitslab_preload_backend_1"
using PreloadBackendFn = const PreloadBackend *();

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_BACKEND_H
