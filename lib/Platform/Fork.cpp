//===- Fork.cpp - What has to be done around a fork -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fork.h"
#include "ProcessWide.h"
#include <atomic>
#include <mutex>
#include <pthread.h>

namespace jitslab {

static std::atomic<uint32_t> Count{0};
static std::atomic<uint32_t> CountAtBirth{0};

uint32_t forkCount() { return Count.load(std::memory_order_relaxed); }

uint32_t forkCountAtBirth() {
  return CountAtBirth.load(std::memory_order_relaxed);
}

/// The listeners of this process, and what the C library calls around a fork.
struct ForkListeners {
  std::mutex Lock;
  ForkListener *First = nullptr;
  bool Registered = false;

  static ForkListeners &instance() { return processWide<ForkListeners>(); }

  std::error_code add(ForkListener &L) {
    std::lock_guard<std::mutex> Guard(Lock);
    if (!Registered)
      if (int Error = pthread_atfork(before, inParent, inChild))
        return std::error_code(Error, std::generic_category());
    Registered = true;
    L.Next = First;
    if (First)
      First->Previous = &L;
    First = &L;
    L.Enrolled = true;
    return {};
  }

  void remove(ForkListener &L) {
    std::lock_guard<std::mutex> Guard(Lock);
    if (!L.Enrolled)
      return;
    (L.Previous ? L.Previous->Next : First) = L.Next;
    if (L.Next)
      L.Next->Previous = L.Previous;
    L.Enrolled = false;
  }

  static void before() {
    ForkListeners &All = instance();
    All.Lock.lock();
    for (ForkListener *L = All.First; L; L = L->Next)
      L->beforeFork();
  }

  static void inParent() {
    Count.fetch_add(1, std::memory_order_relaxed);
    ForkListeners &All = instance();
    for (ForkListener *L = All.First; L; L = L->Next)
      L->afterForkInParent();
    All.Lock.unlock();
  }

  static void inChild() {
    CountAtBirth.store(Count.fetch_add(1, std::memory_order_relaxed) + 1,
                       std::memory_order_relaxed);
    ForkListeners &All = instance();
    for (ForkListener *L = All.First; L; L = L->Next)
      L->afterForkInChild();
    All.Lock.unlock();
  }
};

ForkListener::~ForkListener() = default;

std::error_code ForkListener::enroll() {
  return ForkListeners::instance().add(*this);
}

void ForkListener::withdraw() { ForkListeners::instance().remove(*this); }

} // namespace jitslab
