//===- AnyLinker.h - LLVM's linkers with any manager ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_DEBUGGERS_ANYLINKER_H
#define JITSLAB_UNITTESTS_DEBUGGERS_ANYLINKER_H

#include "llvm/ADT/StringRef.h"
#include <memory>

namespace jitslab {

/// Who is told of code by LLVM: debuggers (__jit_debug_descriptor) or perf
/// (jitdump).
enum class Told { Debuggers, Perf, Nobody };

/// Loads objects and calls their functions. Errors end the program.
class AnyLinker {
public:
  virtual ~AnyLinker() = default;
  virtual void load(const char *Path) = 0;
  virtual uintptr_t addressOf(const char *Function) = 0;

  template <typename Function> Function *find(const char *Name) {
    return reinterpret_cast<Function *>(addressOf(Name));
  }
};

/// \p Linker is mcjit or lljit, \p Manager LLVM's own (section) or the name of
/// a layout. Null, and a message, if this LLVM has nothing like that.
std::unique_ptr<AnyLinker> makeLinker(llvm::StringRef Linker,
                                      llvm::StringRef Manager, Told T);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_DEBUGGERS_ANYLINKER_H
