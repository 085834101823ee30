//===- LifeThreads.cpp - Threads of a life --------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/LifeThreads.h"
#include "Lives/LifeForks.h"
#include "Lives/ModuleObjects.h"
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

using namespace llvm;

namespace jitslab {

/// What a module with a peer comes to where the host cannot let it throw.
static int resultOfThrowing(StringRef Name, int X) {
  return Name == "throw" ? 2 * X + 2 : X + 1;
}

static Expected<uint64_t> liveOnce(MemoryHost &Host, const ThreadsOfLife &T,
                                   unsigned Thread, unsigned Round) {
  auto E = makeEngine(Host, T.Kind);
  if (!E)
    return E.takeError();
  if (!*E)
    return 0;
  const unsigned First = 2 * Thread, Second = First + 1;
  for (unsigned Number : {First, Second}) {
    std::vector<NumberedObject> Objects;
    Objects.push_back(
        {Number, objectOf(T.Modules, Number,
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
    const int X = int(Thread * 1000 + Round);
    const bool Throws =
        StringRef(Name) == "throw" || StringRef(Name) == "catch";
    const bool IsCalled = !Throws || (!T.Children && Host.passesExceptions());
    Sum = Sum * 31 +
          unsigned(IsCalled ? callOrCatch(F, X) : resultOfThrowing(Name, X));
  }
  return Sum;
}

Expected<uint64_t> liveInThreads(MemoryHost &Host, const ThreadsOfLife &T,
                                 uint64_t &WorstMicroseconds) {
  std::atomic<bool> HasEnded{false}, HasForked{T.Children == 0};
  std::mutex Lock;
  uint64_t Sum = 0;
  Error Failed = Error::success();
  auto Work = [&](unsigned Thread) {
    for (unsigned Round = 0; Round < T.Rounds || !HasForked; ++Round) {
      auto Result = liveOnce(Host, T, Thread, Round);
      std::lock_guard<std::mutex> Guard(Lock);
      if (!Result) {
        Failed = joinErrors(std::move(Failed), Result.takeError());
        break;
      }
      Sum += Round < T.Rounds ? *Result : 0;
    }
  };
  std::atomic<bool> IsRight{true};
  std::thread Caller([&] {
    using Clock = std::chrono::steady_clock;
    const int First = T.Shared ? callOrCatch(T.Shared, 7) : 0;
    while (T.Shared && !HasEnded) {
      auto Begin = Clock::now();
      if (callOrCatch(T.Shared, 7) != First)
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
  for (unsigned I = 0; I != T.Threads; ++I)
    Workers.emplace_back(Work, I);
  Error ChildFailed = Error::success();
  for (unsigned I = 0; I != T.Children && Host.childrenMayLoad(); ++I)
    ChildFailed =
        joinErrors(std::move(ChildFailed), forkAndGoOn(Host, T.Modules, I));
  HasForked = true;
  for (std::thread &Worker : Workers)
    Worker.join();
  HasEnded = true;
  Caller.join();
  Housekeeper.join();
  Failed = joinErrors(std::move(Failed), std::move(ChildFailed));
  if (!IsRight)
    Failed = joinErrors(std::move(Failed),
                        createStringError(inconvertibleErrorCode(),
                                          "what all threads use has changed"));
  if (Failed)
    return Failed;
  return Sum;
}

} // namespace jitslab
