//===- Dispatch.h - Finds LLVM's functions and their backend ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_DISPATCH_H
#define JITSLAB_TOOLS_PRELOAD_DISPATCH_H

#include "Backend.h"
#include <atomic>

namespace jitslab {

/// A version of LLVM, as its shared library names it.
struct LLVMVersion {
  /// The symbol version of everything in it: "LLVM_14", "LLVM_19.1".
  const char *Node;
  unsigned Major;
  /// Null until the first call, then the backend, or NoBackend.
  std::atomic<const PreloadBackend *> Backend{nullptr};

  constexpr LLVMVersion(const char *Node, unsigned Major)
      : Node(Node), Major(Major) {}
};

/// A call that came to the preload instead of LLVM.
struct Call {
  /// LLVM's function of that name. Null only if the library that has it is
  /// gone.
  void *Function = nullptr;
  /// Null: nobody serves it, and Function has to be called as if there were no
  /// preload.
  const PreloadBackend *Backend = nullptr;
};

/// Finds whom a call of \p Name was meant for, and who serves it.
/// \p Caller: an address in the code of the caller, whose libraries decide.
/// \p Own: what the preload itself exports by that name.
Call resolve(LLVMVersion &Version, const char *Name, const void *Own,
             const void *Caller);

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_DISPATCH_H
