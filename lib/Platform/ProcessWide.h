//===- ProcessWide.h - What a process has one of ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_PROCESSWIDE_H
#define JITSLAB_PLATFORM_PROCESSWIDE_H

#include <atomic>
#include <memory>

namespace jitslab {

/// The process's only T, made at the first call. Never destroyed: other statics
/// may outlive any that is.
///
/// Unlike a static variable of a function it is not made under a lock, which
/// the child of a fork could find held by a thread that it does not have.
/// Threads that come here at the same time each make one, and one of these
/// stays.
template <typename T> T &processWide() {
  static std::atomic<T *> The{nullptr};
  T *Known = The.load(std::memory_order_acquire);
  if (Known)
    return *Known;
  std::unique_ptr<T> Made(new T);
  if (!The.compare_exchange_strong(Known, Made.get(),
                                   std::memory_order_acq_rel))
    return *Known;
  return *Made.release();
}

} // namespace jitslab

#endif // JITSLAB_PLATFORM_PROCESSWIDE_H
