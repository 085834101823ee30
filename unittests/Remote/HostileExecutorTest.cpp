//===- HostileExecutorTest.cpp - Replies that make no sense ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostileExecutor.h"
#include "ExecutorProcess.h"
#include "RemoteObject.h"
#include "Support/Process.h"
#include "jitslab/Arena.h"
#include <random>

using namespace jitslab;
using namespace llvm;

/// Does all that has replies; whatever comes of it is an error or works.
static void exercise(HostileExecutor::Change C, bool SharedMemory) {
  orc::ExecutionSession ES(std::make_unique<HostileExecutor>(std::move(C)));
  ES.setErrorReporter([](Error Err) { consumeError(std::move(Err)); });
  RemoteOptions O;
  O.SharedMemory = SharedMemory;
  O.WindowSize = MinWindowSize;
  auto Manager =
      RemoteJITLinkMemoryManager::create(ES.getExecutorProcessControl(), O);
  if (!Manager) {
    consumeError(Manager.takeError());
    consumeError(ES.endSession());
    return;
  }
  std::vector<jitlink::JITLinkMemoryManager::FinalizedAlloc> Allocs;
  for (unsigned I = 0; I != 6; ++I) {
    orc::shared::AllocActions Actions;
    if (I % 2)
      Actions.push_back({action(1), action(2)});
    auto Object =
        load(**Manager, uint16_t(I), I * SlabSize / 2 + 8, std::move(Actions));
    if (Object)
      Allocs.push_back(std::move(Object->Alloc));
    else
      consumeError(Object.takeError());
  }
  consumeError((*Manager)->deallocate(std::move(Allocs)));
  (*Manager)->trim();
  CHECK((*Manager)->stats().Memory.LiveBytes == 0);
  Manager->reset();
  consumeError(ES.endSession());
}

TEST_CASE("Replies that are as they should be work in one process too") {
  const bool SharedMemory = GENERATE(true, false);
  size_t Replies = 0;
  exercise([&](HostileExecutor::Bytes &, size_t) { ++Replies; }, SharedMemory);
  CHECK(Replies > 6);
}

TEST_CASE("Replies that are cut, or too long, are errors") {
  const bool SharedMemory = GENERATE(true, false);
  for (size_t Which = 0; Which != 12; ++Which)
    for (bool Cut : {true, false})
      exercise(
          [&](HostileExecutor::Bytes &B, size_t I) {
            if (I >= Which)
              B.resize(Cut ? B.size() / 2 : B.size() + 1);
          },
          SharedMemory);
}

TEST_CASE("Lengths in replies that nothing has are errors") {
  const bool SharedMemory = GENERATE(true, false);
  for (size_t Which = 0; Which != 12; ++Which)
    exercise(
        [&](HostileExecutor::Bytes &B, size_t I) {
          if (I >= Which)
            std::fill(B.begin(), B.end(), '\xff');
        },
        SharedMemory);
}

TEST_CASE("Replies that are changed at random are errors or do no harm") {
  const unsigned Rounds = isBrief() ? 10 : 40;
  for (unsigned Seed = 0; Seed != Rounds; ++Seed) {
    std::minstd_rand Random(Seed + 1);
    const size_t Which = Random() % 12;
    exercise(
        [&](HostileExecutor::Bytes &B, size_t I) {
          if (I < Which || B.empty())
            return;
          for (unsigned N = 0; N <= Random() % 4; ++N)
            B[Random() % B.size()] = char(Random());
        },
        Seed % 2);
  }
}
