//===- ExecutorProcess.h - An executor to test with -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_EXECUTORPROCESS_H
#define JITSLAB_UNITTESTS_EXECUTORPROCESS_H

#include "Support/Catch.h"
#include "jitslab/RemoteJITLinkMemoryManager.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/SimpleRemoteEPC.h"
#include <sys/types.h>
#include <vector>

namespace jitslab {

/// Connects by two descriptors with an executor, and owns them then.
std::unique_ptr<llvm::orc::SimpleRemoteEPC> connectTo(int In, int Out);

/// A jitslab-executor that runs as long as this lives, and what LLVM reaches it
/// by.
class ExecutorProcess {
public:
  ExecutorProcess() : ExecutorProcess({JITSLAB_TEST_EXECUTOR}, "") {}
  /// \p Command: a program, and arguments that come before the one about
  /// descriptors. \p Preloaded: a library that is loaded into it, or empty.
  ExecutorProcess(std::vector<std::string> Command,
                  const std::string &Preloaded);
  ~ExecutorProcess();
  ExecutorProcess(const ExecutorProcess &) = delete;
  ExecutorProcess &operator=(const ExecutorProcess &) = delete;

  /// Hands over what it is reached by.
  std::unique_ptr<llvm::orc::SimpleRemoteEPC> takeEPC() {
    return std::move(EPC);
  }

  pid_t pid() const { return Pid; }

  /// Ends it in the way that nobody can do anything about, and waits.
  void kill();

  /// Waits until it ends by itself. \returns its exit status; negative if a
  /// signal ended it or it does not end.
  int wait();

private:
  pid_t Pid = -1;
  std::unique_ptr<llvm::orc::SimpleRemoteEPC> EPC;
};

/// The same with a session and a memory manager.
class RemoteSession {
public:
  explicit RemoteSession(RemoteOptions Options = {})
      : ES(Process.takeEPC()),
        Manager(valueOf(RemoteJITLinkMemoryManager::create(
            ES.getExecutorProcessControl(), Options))) {
    // What tests expect is said by the calls that fail.
    ES.setErrorReporter([](llvm::Error Err) { consumeError(std::move(Err)); });
  }
  ~RemoteSession() { llvm::consumeError(ES.endSession()); }

  llvm::orc::ExecutorProcessControl &epc() {
    return ES.getExecutorProcessControl();
  }

  ExecutorProcess Process;
  llvm::orc::ExecutionSession ES;
  std::unique_ptr<RemoteJITLinkMemoryManager> Manager;
};

/// An LLJIT whose objects run in an executor.
class RemoteJIT {
public:
  /// \p SetUp changes the builder at last.
  explicit RemoteJIT(
      RemoteOptions Options = {},
      llvm::function_ref<void(llvm::orc::LLJITBuilder &)> SetUp = nullptr);

  void add(const char *Object);
  llvm::orc::ExecutorAddr addressOf(const char *Name);
  llvm::Expected<int32_t> call(const char *Name, int Argument);

  ExecutorProcess Process;
  RemoteJITLinkMemoryManager *Manager = nullptr;
  std::unique_ptr<llvm::orc::LLJIT> JIT;
};

/// Mappings of the process \p Pid, as lines of /proc/PID/maps, that have
/// \p Part in them.
size_t mappingsOf(pid_t Pid, llvm::StringRef Part);

/// Descriptors that this process has open.
size_t openDescriptors();

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_EXECUTORPROCESS_H
