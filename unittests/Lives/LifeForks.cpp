//===- LifeForks.cpp - Children of a life with threads --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/LifeForks.h"
#include "Lives/HostFunctions.h"
#include "Lives/LifeLimits.h"
#include "Lives/ModuleObjects.h"
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

static constexpr unsigned LaterModules = 4;

// What a child says when it has no result.
static constexpr int ChildFailed = 255;

// MCJIT's engines share locks, which another thread may hold.
static Expected<std::unique_ptr<Engine>> engineToFork(MemoryHost &Host,
                                                      unsigned Which) {
  if (Which % 2) {
    auto E = makeEngine(Host, EngineKind::JITLink);
    if (!E || *E)
      return E;
  }
  return makeEngine(Host, EngineKind::RTDyldLayer);
}

static std::vector<NumberedObject> object(const Shape &S, unsigned Number,
                                          std::optional<unsigned> Peer) {
  std::vector<NumberedObject> Objects;
  Objects.push_back({Number, objectOf(S, Number, Peer)});
  return Objects;
}

static Error call(Engine &E, unsigned Number, const char *Name, uint64_t &Sum) {
  auto *F =
      reinterpret_cast<LifeFunction *>(E.addressOf(functionName(Number, Name)));
  if (!F)
    return createStringError(inconvertibleErrorCode(),
                             "a function was not found around a fork");
  Sum = Sum * 31 + unsigned(callOrCatch(F, int(Number + 17)));
  return Error::success();
}

/// Module 0 was loaded before the fork, and is the peer of all \p Later.
static Expected<uint64_t> goOn(Engine &E, MemoryHost &Host,
                               std::vector<std::vector<NumberedObject>> Later) {
  uint64_t Sum = 0;
  for (std::vector<NumberedObject> &Objects : Later) {
    const unsigned Number = Objects.front().Number;
    if (Error Err = E.load(std::move(Objects)))
      return Err;
    for (unsigned Called : {Number, 0U})
      for (const char *Name : {"main", "bump", "throw", "catch"})
        if (Error Err = call(E, Called, Name, Sum))
          return Err;
    if (Number % 2)
      if (Error Err = E.remove(Number))
        return Err;
    if (!Host.trim())
      return createStringError(inconvertibleErrorCode(),
                               "the arena's structures do not fit");
  }
  // What was live at the fork goes last.
  for (unsigned Number = LaterModules; Number + 1 != 0; --Number)
    if (Error Err = E.remove(Number))
      return Err;
  if (!Host.trim())
    return createStringError(inconvertibleErrorCode(),
                             "the arena's structures do not fit");
  return Sum;
}

static int statusOf(uint64_t Sum) { return int(Sum % ChildFailed); }

Error forkAndGoOn(MemoryHost &Host, const Shape &S, unsigned Which) {
  auto E = engineToFork(Host, Which);
  if (!E)
    return E.takeError();
  // What modules need of the host is looked up here.
  if (Error Err = (*E)->load(object(S, 0, std::nullopt)))
    return Err;
  std::vector<std::vector<NumberedObject>> Later;
  for (unsigned Number = 1; Number <= LaterModules; ++Number)
    Later.push_back(object(S, Number, 0));
  pid_t ID = fork();
  if (ID < 0)
    return Error::success(); // A limit; the life's own forks say so.
  if (ID == 0) {
    alarm(LifeSeconds / 2);
    auto Sum = goOn(**E, Host, std::move(Later));
    if (!Sum)
      consumeError(Sum.takeError());
    _exit(Sum ? statusOf(*Sum) : ChildFailed);
  }
  auto Sum = goOn(**E, Host, std::move(Later));
  E->reset();
  int Status = 0;
  waitpid(ID, &Status, 0);
  if (!Sum)
    return Sum.takeError();
  if (WIFEXITED(Status) && WEXITSTATUS(Status) == statusOf(*Sum))
    return Error::success();
  return createStringError(inconvertibleErrorCode(),
                           "a child that was forked while threads load ended "
                           "with wait status %d instead of result %d",
                           Status, statusOf(*Sum));
}

} // namespace jitslab
