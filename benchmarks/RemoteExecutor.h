//===- RemoteExecutor.h - A process that runs what is linked ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_REMOTEEXECUTOR_H
#define JITSLAB_BENCHMARKS_REMOTEEXECUTOR_H

#include "llvm/ExecutionEngine/Orc/SimpleRemoteEPC.h"
#include <memory>
#include <sys/types.h>

namespace jitslab::bench {

/// A jitslab-executor, which has the services of all managers. It ends with
/// this, in the middle of whatever it does.
class RemoteExecutor {
public:
  static llvm::Expected<std::unique_ptr<RemoteExecutor>> start();
  ~RemoteExecutor();
  RemoteExecutor(const RemoteExecutor &) = delete;
  RemoteExecutor &operator=(const RemoteExecutor &) = delete;

  /// What it is reached by, once.
  std::unique_ptr<llvm::orc::SimpleRemoteEPC> takeEPC() {
    return std::move(EPC);
  }

  size_t vmas() const;
  /// Of both processes, all threads, in and out of the kernel.
  double cpuSeconds() const;
  /// That were sent to it.
  static size_t messages();

private:
  explicit RemoteExecutor(pid_t Pid) : Pid(Pid) {}

  const pid_t Pid;
  std::unique_ptr<llvm::orc::SimpleRemoteEPC> EPC;
};

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_REMOTEEXECUTOR_H
