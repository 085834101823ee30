//===- Fork.h - What has to be done around a fork ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_FORK_H
#define JITSLAB_PLATFORM_FORK_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <cstdint>
#include <system_error>

namespace jitslab {

/// Has the C library tell this one of forks, which happens when the library is
/// loaded (docs/adr/0014), unless it had no memory then. Fails with ENOMEM.
/// Does nothing if it is told already.
std::error_code enlistForForks();

/// Is told of every fork of the process, from its construction (with enroll) to
/// its withdrawal. fork() tells, and what is built on it; vfork() and
/// posix_spawn() do not, since their child only executes another program.
class ForkListener {
public:
  /// In the thread that forks. No listener comes or goes until one of the
  /// others was called, in the parent also when there was no fork in the end.
  /// The order of listeners is not specified: what they lock here is held by no
  /// thread that waits for what another one locks.
  virtual void beforeFork() = 0;
  virtual void afterForkInParent() = 0;
  /// The child has this one thread. Must not take memory from the heap.
  virtual void afterForkInChild() = 0;

protected:
  virtual ~ForkListener();

  /// Begins to be told; does nothing if it is. Fails with ENOMEM. Threads may
  /// call it at once, but none while it holds a lock: it waits for forks, whose
  /// child would find that lock held.
  std::error_code enroll();
  /// Ends it; does nothing if it never began.
  void withdraw();

private:
  friend struct ForkListeners;
  ForkListener *Previous = nullptr, *Next = nullptr;
  bool Enrolled = false;
};

/// Calls \p Body while other threads' forks wait: what it asks of the C library
/// takes a lock there that would stay locked in the child.
void withoutForks(llvm::function_ref<void()> Body);

/// How often this process and those that it descends from were forked since
/// this library was loaded.
uint32_t forkCount();

/// The value of forkCount() when this process came into being; 0 if it was not
/// forked.
uint32_t forkCountAtBirth();

} // namespace jitslab

#endif // JITSLAB_PLATFORM_FORK_H
