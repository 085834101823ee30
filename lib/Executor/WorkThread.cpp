//===- WorkThread.cpp - Serves a controller's work ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WorkThread.h"
#include "../Platform/Fork.h"
#include <csignal>

using namespace llvm;

namespace jitslab {

WorkThread::WorkThread(RecordSocket S, Answer R, unique_function<void()> E)
    : Socket(std::move(S)), Reply(std::move(R)), OnEnd(std::move(E)),
      Birth(forkCountAtBirth()) {}

std::unique_ptr<WorkThread> WorkThread::start(RecordSocket Socket, Answer Reply,
                                              unique_function<void()> OnEnd) {
  std::unique_ptr<WorkThread> W(
      new WorkThread(std::move(Socket), std::move(Reply), std::move(OnEnd)));
  // Signals are for the host's threads, but for those of a fault.
  sigset_t Most, Before;
  sigfillset(&Most);
  for (int Fault : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS})
    sigdelset(&Most, Fault);
  pthread_sigmask(SIG_SETMASK, &Most, &Before);
  const int Failure = pthread_create(
      &W->Thread, nullptr,
      [](void *Self) -> void * {
        static_cast<WorkThread *>(Self)->run();
        return nullptr;
      },
      W.get());
  pthread_sigmask(SIG_SETMASK, &Before, nullptr);
  if (!Failure)
    return W;
  // There is nothing to wait for.
  W->Thread = {};
  return nullptr;
}

void WorkThread::run() {
  (void)pthread_setname_np(pthread_self(), "jitslab-work");
  const std::unique_ptr<char[]> Buffer(new char[RecordSocket::LongestRecord]);
  for (;;) {
    ErrorOr<ArrayRef<char>> Message =
        Socket.receive({Buffer.get(), RecordSocket::LongestRecord});
    if (!Message)
      break;
    const wire::Buffer R = Reply(*Message);
    if (R.empty() || Socket.send({R.data(), R.size()}))
      break;
  }
  Socket.hangUp();
  OnEnd();
}

WorkThread::~WorkThread() {
  if (Birth != forkCountAtBirth())
    return;
  Socket.hangUp();
  if (Thread)
    (void)pthread_join(Thread, nullptr);
}

} // namespace jitslab
