//===- RemoteObject.h - Small objects for an executor -----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_REMOTEOBJECT_H
#define JITSLAB_UNITTESTS_REMOTEOBJECT_H

#include "JITLink/TestGraph.h"
#include "Support/MachineCode.h"
#include "llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h"

namespace jitslab {

/// What was loaded.
struct Loaded {
  llvm::jitlink::JITLinkMemoryManager::FinalizedAlloc Alloc;
  llvm::orc::ExecutorAddr Code, Data;
};

/// A graph with room for a function, and \p DataSize bytes of data.
inline std::unique_ptr<llvm::jitlink::LinkGraph>
makeObject(llvm::jitlink::Block *&Code, llvm::jitlink::Block *&Data,
           size_t DataSize) {
  auto G = makeGraph();
  Code = &addSection(*G, "code", RX, FunctionSize);
  Data = &addSection(*G, "data", RW, DataSize);
  return G;
}

/// Loads a function that returns \p Value, without a linker.
inline llvm::Expected<Loaded>
load(llvm::jitlink::JITLinkMemoryManager &Manager, uint16_t Value,
     size_t DataSize = 8, llvm::orc::shared::AllocActions Actions = {},
     const llvm::jitlink::JITLinkDylib *JD = nullptr) {
  llvm::jitlink::Block *Code, *Data;
  auto G = makeObject(Code, Data, DataSize);
  G->allocActions() = std::move(Actions);
  auto Alloc = Manager.allocate(JD, *G);
  if (!Alloc)
    return Alloc.takeError();
  writeFunction(
      reinterpret_cast<uint8_t *>(Code->getAlreadyMutableContent().data()),
      Value);
  Loaded Result{{}, Code->getAddress(), Data->getAddress()};
  auto Finalized = (*Alloc)->finalize();
  if (!Finalized)
    return Finalized.takeError();
  Result.Alloc = std::move(*Finalized);
  return Result;
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_REMOTEOBJECT_H
