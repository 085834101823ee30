//===- OrcJIT.h - An LLJIT whose objects RuntimeDyld links ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_ORCJIT_H
#define JITSLAB_UNITTESTS_ORCJIT_H

#include "Support/InputObject.h"
#include "Support/NativeTarget.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h"
#include <functional>

namespace jitslab {

using MakeManager =
    std::function<std::unique_ptr<llvm::RuntimeDyld::MemoryManager>()>;

/// An LLJIT whose objects are linked by RuntimeDyld, with one manager from \p
/// Make for each object. With \p AllSections also what is not loaded usually,
/// such as debug info.
inline llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>>
makeJIT(const MakeManager &Make, bool AllSections = false) {
  initializeTarget();
  // The parameters of both functions differ between LLVM versions.
  auto JIT =
      llvm::orc::LLJITBuilder()
          .setObjectLinkingLayerCreator(
              [=](llvm::orc::ExecutionSession &ES, auto &&...)
                  -> llvm::Expected<std::unique_ptr<llvm::orc::ObjectLayer>> {
                auto Layer =
                    std::make_unique<llvm::orc::RTDyldObjectLinkingLayer>(
                        ES, [=](auto &&...) { return Make(); });
                Layer->setProcessAllSections(AllSections);
                return Layer;
              })
          .create();
  if (!JIT)
    return JIT.takeError();
  auto Process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*JIT)->getDataLayout().getGlobalPrefix());
  if (!Process)
    return Process.takeError();
  (*JIT)->getMainJITDylib().addGenerator(std::move(*Process));
  return std::move(*JIT);
}

inline llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>>
makeJIT(const std::shared_ptr<Arena> &Memory) {
  return makeJIT(
      [=] { return std::make_unique<ReservingMemoryManager>(Memory); });
}

inline llvm::Error addObject(llvm::orc::LLJIT &JIT, const char *Name) {
  return JIT.addObjectFile(readObject(Name));
}

// ExecutorAddr from LLVM 15, JITEvaluatedSymbol before.
template <typename T> auto addressValue(const T &A) -> decltype(A.getValue()) {
  return A.getValue();
}
template <typename T>
auto addressValue(const T &A) -> decltype(A.getAddress()) {
  return A.getAddress();
}

template <typename T>
llvm::Expected<T *> functionOf(llvm::orc::LLJIT &JIT, const char *Name) {
  auto Symbol = JIT.lookup(Name);
  if (!Symbol)
    return Symbol.takeError();
  return reinterpret_cast<T *>(static_cast<uintptr_t>(addressValue(*Symbol)));
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_ORCJIT_H
