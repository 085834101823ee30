//===- TestGraph.h - Graphs for JITLink's memory managers -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_TESTGRAPH_H
#define JITSLAB_UNITTESTS_TESTGRAPH_H

#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include "llvm/ExecutionEngine/Orc/Shared/AllocationActions.h"
#include "llvm/TargetParser/Host.h"
#include <cstring>
#include <memory>
#include <vector>

namespace jitslab {

// Their operators are in namespace llvm.
inline constexpr llvm::orc::MemProt RX = [] {
  using namespace llvm;
  return orc::MemProt::Read | orc::MemProt::Exec;
}();
inline constexpr llvm::orc::MemProt RW = [] {
  using namespace llvm;
  return orc::MemProt::Read | orc::MemProt::Write;
}();

/// What addSection fills sections with.
inline constexpr char FillByte = 0x5A;

inline const char *noEdgeNames(llvm::jitlink::Edge::Kind) { return "none"; }

/// An empty graph, for this machine if it has to run. \p Pool is that of the
/// session that it is added to, if there is one.
template <typename Graph = llvm::jitlink::LinkGraph>
std::unique_ptr<Graph>
makeGraph(std::string Name = "test",
          std::shared_ptr<llvm::orc::SymbolStringPool> Pool =
              std::make_shared<llvm::orc::SymbolStringPool>(),
          llvm::Triple TT = llvm::Triple(llvm::sys::getProcessTriple())) {
  // The constructors differ between LLVM versions.
  if constexpr (std::is_constructible_v<
                    Graph, std::string,
                    std::shared_ptr<llvm::orc::SymbolStringPool>, llvm::Triple,
                    llvm::SubtargetFeatures,
                    typename Graph::GetEdgeKindNameFunction>)
    return std::make_unique<Graph>(std::move(Name), std::move(Pool), TT,
                                   llvm::SubtargetFeatures(), noEdgeNames);
  else
    return std::make_unique<Graph>(std::move(Name), TT, 8u,
                                   llvm::endianness::little, noEdgeNames);
}

inline llvm::jitlink::Section &createSection(llvm::jitlink::LinkGraph &G,
                                             llvm::StringRef Name,
                                             llvm::orc::MemProt Prot,
                                             llvm::orc::MemLifetime Lifetime) {
  llvm::jitlink::Section &S = G.createSection(Name, Prot);
  S.setMemLifetime(Lifetime);
  return S;
}

inline llvm::jitlink::Block &
addSection(llvm::jitlink::LinkGraph &G, llvm::StringRef Name,
           llvm::orc::MemProt Prot, size_t Size,
           llvm::orc::MemLifetime Lifetime = llvm::orc::MemLifetime::Standard,
           size_t Align = 16) {
  auto Content = G.allocateBuffer(Size);
  memset(Content.data(), FillByte, Size);
  return G.createMutableContentBlock(createSection(G, Name, Prot, Lifetime),
                                     Content, llvm::orc::ExecutorAddr(), Align,
                                     0);
}

/// A block that holds zeros without contents.
inline llvm::jitlink::Block &
addZeros(llvm::jitlink::LinkGraph &G, llvm::StringRef Name,
         llvm::orc::MemProt Prot, uint64_t Size,
         llvm::orc::MemLifetime Lifetime = llvm::orc::MemLifetime::Standard,
         size_t Align = 16) {
  return G.createZeroFillBlock(createSection(G, Name, Prot, Lifetime), Size,
                               llvm::orc::ExecutorAddr(), Align, 0);
}

/// The numbers of the actions that ran, in their order.
inline std::vector<int> ActionLog;

// The result type has another name in each LLVM version.
inline auto logAction(const char *Data, size_t Size) {
  namespace shared = llvm::orc::shared;
  return shared::WrapperFunction<shared::SPSError(int32_t)>::handle(
             Data, Size,
             [](int32_t Number) -> llvm::Error {
               ActionLog.push_back(Number);
               if (Number >= 100)
                 return llvm::make_error<llvm::StringError>(
                     "action " + llvm::Twine(Number) + " fails",
                     llvm::inconvertibleErrorCode());
               return llvm::Error::success();
             })
      .release();
}

/// An action that notes \p Number down, and fails if it is 100 or more.
inline llvm::orc::shared::WrapperFunctionCall action(int32_t Number) {
  namespace shared = llvm::orc::shared;
  return llvm::cantFail(
      shared::WrapperFunctionCall::Create<shared::SPSArgList<int32_t>>(
          llvm::orc::ExecutorAddr::fromPtr(&logAction), Number));
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_TESTGRAPH_H
