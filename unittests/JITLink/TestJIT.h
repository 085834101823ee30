//===- TestJIT.h - An LLJIT for tests ---------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_TESTJIT_H
#define JITSLAB_UNITTESTS_TESTJIT_H

#include "Support/InputObject.h"
#include "Support/Layouts.h"
#include "Support/NativeTarget.h"
#include "jitslab/LLJITSupport.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include <functional>

namespace jitslab {

/// An LLJIT that sees the process's symbols. \p SetUp may change its builder.
inline llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>>
makeJIT(const std::function<void(llvm::orc::LLJITBuilder &)> &SetUp) {
  initializeTarget();
  llvm::orc::LLJITBuilder Builder;
  SetUp(Builder);
  return Builder.create();
}

inline llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>>
makeJIT(std::shared_ptr<Arena> Memory, ArenaJITLinkOptions Options = {}) {
  return makeJIT([&](llvm::orc::LLJITBuilder &Builder) {
    useArena(Builder, Memory, Options);
  });
}

/// The control: JITLink on LLVM's own InProcessMemoryManager.
inline llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>> makeStockJIT() {
  return makeJIT([](llvm::orc::LLJITBuilder &Builder) {
    Builder.setObjectLinkingLayerCreator(
        [](llvm::orc::ExecutionSession &ES, auto &&...)
            -> llvm::Expected<std::unique_ptr<llvm::orc::ObjectLayer>> {
          return std::make_unique<llvm::orc::ObjectLinkingLayer>(
              ES,
              llvm::cantFail(llvm::jitlink::InProcessMemoryManager::Create()));
        });
  });
}

inline llvm::Error addObjects(llvm::orc::LLJIT &JIT,
                              std::initializer_list<const char *> Names) {
  for (const char *Name : Names)
    if (llvm::Error Err = JIT.addObjectFile(readObject(Name)))
      return Err;
  return llvm::Error::success();
}

template <typename T>
llvm::Expected<T *> functionOf(llvm::orc::LLJIT &JIT, const char *Name) {
  auto Symbol = JIT.lookup(Name);
  if (!Symbol)
    return Symbol.takeError();
  return Symbol->template toPtr<T *>();
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_TESTJIT_H
