//===- WorkThread.h - Serves a controller's work ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_EXECUTOR_WORKTHREAD_H
#define JITSLAB_EXECUTOR_WORKTHREAD_H

#include "../Platform/RecordSocket.h"
#include "../Remote/Wire.h"
#include "llvm/ADT/FunctionExtras.h"
#include <memory>
#include <pthread.h>

namespace jitslab {

/// A thread that answers what comes by a socket of the session's: nothing has
/// to be started or woken twice for a message, as LLVM's servers do.
class WorkThread {
public:
  /// Reads a message, a record, and makes the reply. What it returns has no
  /// content if the message makes no sense, which ends the connection.
  using Answer = llvm::unique_function<wire::Buffer(llvm::ArrayRef<char>)>;

  /// Calls \p OnEnd, in its thread, when it reads no more.
  /// \returns null where there is no thread to be had.
  static std::unique_ptr<WorkThread> start(RecordSocket Socket, Answer Reply,
                                           llvm::unique_function<void()> OnEnd);

  /// Ends the connection, and waits for what is being answered. In a child of
  /// the process that has the thread it only closes the child's copy.
  ~WorkThread();
  WorkThread(const WorkThread &) = delete;
  WorkThread &operator=(const WorkThread &) = delete;

private:
  WorkThread(RecordSocket Socket, Answer Reply,
             llvm::unique_function<void()> OnEnd);
  void run();

  RecordSocket Socket;
  Answer Reply;
  llvm::unique_function<void()> OnEnd;
  const uint32_t Birth;
  pthread_t Thread = {};
};

} // namespace jitslab

#endif // JITSLAB_EXECUTOR_WORKTHREAD_H
