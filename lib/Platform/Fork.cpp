//===- Fork.cpp - What has to be done around a fork -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fork.h"
#include <atomic>
#include <mutex>
#include <pthread.h>
#include <type_traits>

namespace jitslab {

static std::atomic<uint32_t> Count{0};
static std::atomic<uint32_t> CountAtBirth{0};

uint32_t forkCount() { return Count.load(std::memory_order_relaxed); }

uint32_t forkCountAtBirth() {
  return CountAtBirth.load(std::memory_order_relaxed);
}

/// The listeners of this process, and what the C library calls around a fork.
struct ForkListeners {
  // Before constructors run, so that no moment finds it half made.
  constexpr ForkListeners() = default;

  std::mutex Lock;
  ForkListener *First = nullptr;
  std::atomic<bool> Registered{false};
  /// The thread that forks, 0 if none does; and how often it is registered.
  std::atomic<pthread_t> Forking{0};
  unsigned Depth = 0;

  static ForkListeners All;

  // Without a lock. The C library may let this wait for a fork of another
  // thread, which was not told; its child would find the lock held. So threads
  // that come here at the same time each register.
  static std::error_code enlist() {
    if (All.Registered.load(std::memory_order_acquire))
      return {};
    if (int Error = pthread_atfork(before, inParent, inChild))
      return std::error_code(Error, std::generic_category());
    All.Registered.store(true, std::memory_order_release);
    return {};
  }

  static void add(ForkListener &L) {
    std::lock_guard<std::mutex> Guard(All.Lock);
    if (L.Enrolled)
      return;
    L.Next = All.First;
    if (All.First)
      All.First->Previous = &L;
    All.First = &L;
    L.Enrolled = true;
  }

  static void remove(ForkListener &L) {
    std::lock_guard<std::mutex> Guard(All.Lock);
    if (!L.Enrolled)
      return;
    (L.Previous ? L.Previous->Next : All.First) = L.Next;
    if (L.Next)
      L.Next->Previous = L.Previous;
    L.Enrolled = false;
  }

  static void before() {
    if (All.Forking.load(std::memory_order_relaxed) == pthread_self()) {
      ++All.Depth;
      return;
    }
    All.Lock.lock();
    All.Forking.store(pthread_self(), std::memory_order_relaxed);
    All.Depth = 1;
    for (ForkListener *L = All.First; L; L = L->Next)
      L->beforeFork();
  }

  static void inParent() {
    if (--All.Depth)
      return;
    Count.fetch_add(1, std::memory_order_relaxed);
    for (ForkListener *L = All.First; L; L = L->Next)
      L->afterForkInParent();
    end();
  }

  static void inChild() {
    if (--All.Depth)
      return;
    CountAtBirth.store(Count.fetch_add(1, std::memory_order_relaxed) + 1,
                       std::memory_order_relaxed);
    for (ForkListener *L = All.First; L; L = L->Next)
      L->afterForkInChild();
    end();
  }

private:
  static void end() {
    All.Forking.store(0, std::memory_order_relaxed);
    All.Lock.unlock();
  }
};

ForkListeners ForkListeners::All;

static_assert(std::is_trivially_destructible_v<ForkListeners>,
              "processes fork until they are gone");

// The C library calls the handlers before a fork last registered first, the
// others first registered first. So those of the host, which registers later,
// run around these, and may use arenas and wait for threads that do. 101 is the
// first priority that is not the compiler's own: before the host's constructors
// in the same program (docs/adr/0014).
__attribute__((constructor(101))) static void registerWhenLoaded() {
  // What fails now is tried again, and reported, when there is a listener.
  (void)ForkListeners::enlist();
}

std::error_code enlistForForks() { return ForkListeners::enlist(); }

void withoutForks(llvm::function_ref<void()> Body) {
  std::lock_guard<std::mutex> Guard(ForkListeners::All.Lock);
  Body();
}

ForkListener::~ForkListener() = default;

std::error_code ForkListener::enroll() {
  if (std::error_code EC = ForkListeners::enlist())
    return EC;
  ForkListeners::add(*this);
  return {};
}

void ForkListener::withdraw() { ForkListeners::remove(*this); }

} // namespace jitslab
