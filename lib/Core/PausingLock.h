//===- PausingLock.h - A lock that long work lets others have ---*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_PAUSINGLOCK_H
#define JITSLAB_CORE_PAUSINGLOCK_H

#include <atomic>
#include <mutex>
#include <thread>

namespace jitslab {

/// A mutex whose holder can let those go first who wait for it. To unlock and
/// lock again would not do: the holder has it back before they wake up.
class PausingLock {
public:
  void lock() {
    if (Mutex.try_lock())
      return;
    Waiting.fetch_add(1, std::memory_order_relaxed);
    Mutex.lock();
    Waiting.fetch_sub(1, std::memory_order_relaxed);
  }
  bool try_lock() { return Mutex.try_lock(); }
  void unlock() { Mutex.unlock(); }

  /// For who has it. \returns true when somebody may have had it meanwhile.
  bool pause() {
    const unsigned Others = Waiting.load(std::memory_order_relaxed);
    if (!Others)
      return false;
    unlock();
    // Who waits may not get a processor at all.
    for (unsigned Try = 0; Try != MostYields; ++Try) {
      if (Waiting.load(std::memory_order_relaxed) < Others)
        break;
      std::this_thread::yield();
    }
    lock();
    return true;
  }

  /// For a child of a fork, which has it: nobody else waits there.
  void forgetOthers() { Waiting.store(0, std::memory_order_relaxed); }

private:
  // Waking up takes tens of microseconds, a yield about one.
  static constexpr unsigned MostYields = 1000;

  std::mutex Mutex;
  std::atomic<unsigned> Waiting{0};
};

} // namespace jitslab

#endif // JITSLAB_CORE_PAUSINGLOCK_H
