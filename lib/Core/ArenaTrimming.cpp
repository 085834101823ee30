//===- ArenaTrimming.cpp - What is given back, and forks ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArenaImpl.h"
#include "Probes.h"

namespace jitslab {

// Runs where there is one thread only, and its copy of the lock is held.
void ArenaImpl::afterForkInChild() {
  forEachWindow([](Window &W) { W.detachFromParent(); });
  Policy->index()->forgetReaders();
  Trimming = 0;
  Lock.forgetOthers();
  Lock.unlock();
}

// A parent goes on: its child uses nothing of what was free.
void ArenaImpl::followFork() {
  if (Forks < forkCountAtBirth())
    forEachWindow([](Window &W) { W.freezeShared(); });
  Forks = forkCount();
}

size_t ArenaImpl::trim() {
  std::lock_guard<PausingLock> Guard(Lock);
  noticeFork();
  size_t GivenBack = trimWindows();
  updateSpacious();
  return GivenBack;
}

void ArenaImpl::letOthersIn() {
  if (Lock.pause())
    noticeFork();
}

bool ArenaImpl::tryTrim() {
  const bool OthersTrim = Trimming != 0;
  return (MayTrim || OthersTrim) && (trimWindows() || OthersTrim);
}

// First windows that nobody uses: their slabs need no calls of their own, which
// a process without a mapping to spare would be refused. No window goes while
// another thread looks at their slabs.
size_t ArenaImpl::trimWindows() {
  MayTrim = false;
  ++Trimming;
  size_t GivenBack = 0;
  std::vector<std::unique_ptr<Window>> Unused;
  if (Trimming == 1) {
    Windows.takeUnused(Unused);
    Groups.takeUnused(Unused);
  }
  if (!Unused.empty()) {
    for (const std::unique_ptr<Window> &W : Unused)
      GivenBack += W->committedBytes();
    Lock.unlock();
    Unused.clear();
    Lock.lock();
    noticeFork();
  }
  std::vector<Window *> Left;
  forEachWindow([&](Window &W) { Left.push_back(&W); });
  for (Window *W : Left)
    for (size_t I = 0; I != W->slabs(); ++I)
      if (size_t Bytes = W->trimSlab(I)) {
        GivenBack += Bytes;
        letOthersIn();
      }
  --Trimming;
  JITSLAB_PROBE(trim, fireTrim(*this, GivenBack));
  return GivenBack;
}

} // namespace jitslab
