//===- HostileExercise.h - A session with who lies --------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_HOSTILEEXERCISE_H
#define JITSLAB_UNITTESTS_HOSTILEEXERCISE_H

#include "FramedObject.h"
#include "HostileExecutor.h"
#include "jitslab/Arena.h"
#include "jitslab/RemoteJITLinkMemoryManager.h"

namespace jitslab {

struct Exercise {
  /// Replies that came by the socket for work.
  size_t DirectReplies = 0;
  /// Bytes that are live, or outside, though all objects went.
  size_t LiveBytes = 0;
};

/// Does all that has replies, which \p C changes: whatever comes of it is an
/// error or works.
inline Exercise exercise(HostileExecutor::Change C, bool SharedMemory) {
  using namespace llvm;
  auto Executor = std::make_unique<HostileExecutor>(std::move(C));
  const HostileExecutor &Hostile = *Executor;
  orc::ExecutionSession ES(std::move(Executor));
  ES.setErrorReporter([](Error Err) { consumeError(std::move(Err)); });
  RemoteOptions O;
  O.SharedMemory = SharedMemory;
  O.WindowSize = MinWindowSize;
  Exercise Result;
  auto Manager =
      RemoteJITLinkMemoryManager::create(ES.getExecutorProcessControl(), O);
  if (!Manager) {
    consumeError(Manager.takeError());
    consumeError(ES.endSession());
    return Result;
  }
  std::vector<jitlink::JITLinkMemoryManager::FinalizedAlloc> Allocs;
  auto Keep = [&](Framed::Result R) {
    if (R)
      Allocs.push_back(std::move(*R));
    else
      consumeError(R.takeError());
  };
  for (unsigned I = 0; I != 6; ++I) {
    orc::shared::AllocActions Actions;
    if (I % 2)
      Actions.push_back({action(1), action(2)});
    auto Object =
        load(**Manager, uint16_t(I), I * SlabSize / 2 + 8, std::move(Actions));
    if (Object)
      Keep(std::move(Object->Alloc));
    else
      consumeError(Object.takeError());
    if (I % 3 == 0)
      Keep(loadFramed(**Manager));
    auto Outside =
        loadOutside(**Manager, I % 2 ? RW : orc::MemProt::Read, OutsideSize);
    if (Outside)
      Keep(std::move(Outside->Alloc));
    else
      consumeError(Outside.takeError());
  }
  Keep(loadFramed(**Manager));
  if (!Allocs.empty()) {
    consumeError((*Manager)->deallocate(std::move(Allocs.back())));
    Allocs.pop_back();
  }
  consumeError((*Manager)->deallocate(std::move(Allocs)));
  (*Manager)->trim();
  Result.LiveBytes = (*Manager)->stats().Memory.LiveBytes +
                     (*Manager)->stats().Memory.OutsideBytes;
  Manager->reset();
  Result.DirectReplies = Hostile.directReplies();
  consumeError(ES.endSession());
  return Result;
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_HOSTILEEXERCISE_H
