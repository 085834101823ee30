//===- BrokenPipe.h - Writing to who may be gone ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_REMOTE_BROKENPIPE_H
#define JITSLAB_REMOTE_BROKENPIPE_H

#include <csignal>
#include <ctime>

namespace jitslab {

/// As long as it lives, writing to a connection that the other side has closed
/// is an error (EPIPE) in this thread, and no signal: LLVM's transports write
/// without MSG_NOSIGNAL.
class BrokenPipeIsAnError {
public:
  BrokenPipeIsAnError() {
    sigemptyset(&Pipe);
    sigaddset(&Pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &Pipe, &Before);
    // Otherwise it would have been delivered.
    WasPending = wasBlocked() && isPending();
  }
  ~BrokenPipeIsAnError() {
    const timespec DoNotWait = {};
    if (!WasPending)
      sigtimedwait(&Pipe, nullptr, &DoNotWait);
    pthread_sigmask(SIG_SETMASK, &Before, nullptr);
  }

  /// Whether the signal was blocked before.
  bool wasBlocked() const { return sigismember(&Before, SIGPIPE) == 1; }

  /// For a thread that began under one.
  static void unblock() {
    sigset_t Pipe;
    sigemptyset(&Pipe);
    sigaddset(&Pipe, SIGPIPE);
    pthread_sigmask(SIG_UNBLOCK, &Pipe, nullptr);
  }

  BrokenPipeIsAnError(const BrokenPipeIsAnError &) = delete;
  BrokenPipeIsAnError &operator=(const BrokenPipeIsAnError &) = delete;

private:
  static bool isPending() {
    sigset_t Pending;
    sigemptyset(&Pending);
    sigpending(&Pending);
    return sigismember(&Pending, SIGPIPE) == 1;
  }

  sigset_t Pipe, Before;
  bool WasPending;
};

} // namespace jitslab

#endif // JITSLAB_REMOTE_BROKENPIPE_H
