//===- Threads.h - Threads in tests -----------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_THREADS_H
#define JITSLAB_UNITTESTS_THREADS_H

#include "Support/Catch.h"
#include "Support/Process.h"
#include "llvm/Support/Error.h"
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace jitslab {

/// For tests that fork while other threads run. Under an emulator such a thread
/// may hold one of the emulator's locks, for which the child waits for ever,
/// where no signal ends it. \returns false there, after a warning.
inline bool canForkWithThreads() {
  if (!runsUnderEmulator())
    return true;
  WARN("NOT RUN: children of threads hang under the emulator now and then");
  return false;
}

/// What went wrong in one thread. Catch2's assertions are not thread-safe: they
/// are made of this when the thread has ended.
class Problems {
public:
  /// \returns \p Ok.
  bool check(bool Ok, const char *What) {
    ++Checks;
    if (!Ok)
      note(What);
    return Ok;
  }
  bool check(llvm::Error Err, const char *What) {
    ++Checks;
    if (!Err)
      return true;
    note(What + (": " + llvm::toString(std::move(Err))));
    return false;
  }
  void note(std::string Text) {
    // The first ones tell; the others are often the same.
    if (Texts.size() < 5)
      Texts.push_back(std::move(Text));
  }

  /// How much was checked: a thread that has checked nothing proves nothing.
  size_t checks() const { return Checks; }
  const std::vector<std::string> &texts() const { return Texts; }

private:
  size_t Checks = 0;
  std::vector<std::string> Texts;
};

/// Runs \p Body(Number, Problems) in \p Count threads at once, waits for them,
/// and makes their problems failures of the test.
template <typename Fn> void runThreads(size_t Count, Fn Body) {
  std::vector<Problems> Found(Count);
  std::vector<std::thread> Threads;
  for (size_t I = 0; I != Count; ++I)
    Threads.emplace_back([&, I] { Body(I, Found[I]); });
  for (std::thread &T : Threads)
    T.join();
  for (size_t I = 0; I != Count; ++I) {
    INFO("thread " << I << " of " << Count);
    CHECK(Found[I].checks() > 0);
    for (const std::string &Text : Found[I].texts())
      FAIL_CHECK(Text);
  }
}

/// Waits until \p Condition() holds, at most 10 s. \returns whether it does.
template <typename Fn> bool waitUntil(Fn Condition) {
  for (int I = 0; I != 2000 && !Condition(); ++I)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return Condition();
}

/// Does something again and again in a thread of its own, until it is stopped.
class Background {
public:
  template <typename Fn>
  explicit Background(Fn Body)
      : Thread([this, Body] {
          while (!Stop) {
            Body(Found);
            ++Rounds;
          }
        }) {}
  ~Background() { join(); }
  Background(const Background &) = delete;
  Background &operator=(const Background &) = delete;

  /// Stops it, and makes its problems failures of the test.
  void finish() {
    join();
    CHECK(Rounds > 0);
    for (const std::string &Text : Found.texts())
      FAIL_CHECK(Text);
  }

private:
  void join() {
    Stop = true;
    if (Thread.joinable())
      Thread.join();
  }

  std::atomic<bool> Stop{false};
  size_t Rounds = 0;
  Problems Found;
  std::thread Thread;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_THREADS_H
