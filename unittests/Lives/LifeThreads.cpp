//===- LifeThreads.cpp - Threads of a life --------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/LifeThreads.h"
#include "Lives/ModuleObjects.h"
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

using namespace llvm;

namespace jitslab {

static Expected<uint64_t> liveOnce(MemoryHost &Host, EngineKind K,
                                   const Shape &S, unsigned Thread,
                                   unsigned Round) {
  auto E = makeEngine(Host, K);
  if (!E)
    return E.takeError();
  if (!*E)
    return 0;
  const unsigned First = 2 * Thread, Second = First + 1;
  for (unsigned Number : {First, Second}) {
    std::vector<NumberedObject> Objects;
    Objects.push_back(
        {Number, objectOf(S, Number,
                          Number == Second ? std::optional<unsigned>(First)
                                           : std::nullopt)});
    if (Error Err = (*E)->load(std::move(Objects)))
      return Err;
  }
  uint64_t Sum = 0;
  for (const char *Name : {"main", "bump", "throw", "catch"}) {
    auto *F = reinterpret_cast<LifeFunction *>(
        (*E)->addressOf(functionName(Second, Name)));
    if (!F)
      return createStringError(inconvertibleErrorCode(),
                               "a thread did not find its function");
    Sum = Sum * 31 + unsigned(callOrCatch(F, int(Thread * 1000 + Round)));
  }
  return Sum;
}

Expected<uint64_t> liveInThreads(MemoryHost &Host, EngineKind K, const Shape &S,
                                 unsigned Threads, unsigned Rounds,
                                 LifeFunction *Shared,
                                 uint64_t &WorstMicroseconds) {
  std::atomic<bool> HasEnded{false};
  std::mutex Lock;
  uint64_t Sum = 0;
  Error Failed = Error::success();
  auto Work = [&](unsigned Thread) {
    for (unsigned Round = 0; Round != Rounds; ++Round) {
      auto Result = liveOnce(Host, K, S, Thread, Round);
      std::lock_guard<std::mutex> Guard(Lock);
      if (Result)
        Sum += *Result;
      else
        Failed = joinErrors(std::move(Failed), Result.takeError());
    }
  };
  std::atomic<bool> IsRight{true};
  std::thread Caller([&] {
    using Clock = std::chrono::steady_clock;
    const int First = Shared ? callOrCatch(Shared, 7) : 0;
    while (Shared && !HasEnded) {
      auto Begin = Clock::now();
      if (callOrCatch(Shared, 7) != First)
        IsRight = false;
      auto Took = std::chrono::duration_cast<std::chrono::microseconds>(
          Clock::now() - Begin);
      WorstMicroseconds = std::max(WorstMicroseconds, uint64_t(Took.count()));
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  });
  std::thread Housekeeper([&] {
    while (!HasEnded) {
      if (!Host.trim())
        IsRight = false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  std::vector<std::thread> Workers;
  for (unsigned I = 0; I != Threads; ++I)
    Workers.emplace_back(Work, I);
  for (std::thread &T : Workers)
    T.join();
  HasEnded = true;
  Caller.join();
  Housekeeper.join();
  if (!IsRight)
    Failed = joinErrors(std::move(Failed),
                        createStringError(inconvertibleErrorCode(),
                                          "what all threads use has changed"));
  if (Failed)
    return Failed;
  return Sum;
}

} // namespace jitslab
