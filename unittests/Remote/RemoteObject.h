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

/// A graph with room for a function, and \p DataSize bytes of data that others
/// could refer to by distance.
inline std::unique_ptr<llvm::jitlink::LinkGraph>
makeObject(llvm::jitlink::Block *&Code, llvm::jitlink::Block *&Data,
           size_t DataSize) {
  auto G = makeGraph();
  Code = &addSection(*G, "code", RX, FunctionSize);
  Data = &addSection(*G, "data", RW, DataSize);
  G->addDefinedSymbol(*Data, 0, "data", DataSize,
                      llvm::jitlink::Linkage::Strong,
                      llvm::jitlink::Scope::Default, /*IsCallable=*/false,
                      /*IsLive=*/true);
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

/// From this size on what nobody refers to by distance lies outside.
inline constexpr size_t OutsideSize = size_t(1) << 20;

/// Allocates code, and a section of \p Size bytes that may lie anywhere.
inline llvm::Expected<
    std::unique_ptr<llvm::jitlink::JITLinkMemoryManager::InFlightAlloc>>
allocateOutside(llvm::jitlink::JITLinkMemoryManager &Manager,
                llvm::jitlink::LinkGraph &G, llvm::orc::MemProt Prot,
                size_t Size, llvm::jitlink::Block *&Section) {
  addSection(G, "code", RX, FunctionSize);
  Section = &addSection(G, "anywhere", Prot, Size);
  return Manager.allocate(nullptr, G);
}

/// Loads them.
inline llvm::Expected<Loaded>
loadOutside(llvm::jitlink::JITLinkMemoryManager &Manager,
            llvm::orc::MemProt Prot, size_t Size) {
  auto G = makeGraph();
  llvm::jitlink::Block *Section;
  auto Alloc = allocateOutside(Manager, *G, Prot, Size, Section);
  if (!Alloc)
    return Alloc.takeError();
  auto Finalized = (*Alloc)->finalize();
  if (!Finalized)
    return Finalized.takeError();
  return Loaded{std::move(*Finalized), {}, Section->getAddress()};
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_REMOTEOBJECT_H
