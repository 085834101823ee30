//===- Watchdog.h - A deadlock is a failure, not a hang ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_WATCHDOG_H
#define JITSLAB_UNITTESTS_WATCHDOG_H

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace jitslab {

/// Ends the process when what it guards has not ended in time, and says on
/// stderr what that was and what each thread waits for in the kernel.
class Watchdog {
public:
  /// The exit status of a process that a watchdog has ended.
  static constexpr int Status = 86;

  /// Far longer than any guarded test takes, and less than ctest waits (300 s).
  static constexpr std::chrono::seconds Patience{200};

  explicit Watchdog(std::string What, std::chrono::seconds Limit = Patience);
  /// What was guarded has ended.
  ~Watchdog();
  Watchdog(const Watchdog &) = delete;
  Watchdog &operator=(const Watchdog &) = delete;

private:
  void watch(std::chrono::seconds Limit);

  const std::string What;
  std::mutex Lock;
  std::condition_variable Ended;
  bool HasEnded = false;
  std::thread Thread;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_WATCHDOG_H
