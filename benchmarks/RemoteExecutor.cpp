//===- RemoteExecutor.cpp - A process that runs what is linked ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemoteExecutor.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#include "llvm/Support/MemoryBuffer.h"
#include <atomic>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;
using namespace llvm::orc;

namespace jitslab::bench {

static std::atomic<size_t> Messages{0};

namespace {

/// LLVM's, and counts what is sent.
class CountingTransport final : public SimpleRemoteEPCTransport {
public:
  static Expected<std::unique_ptr<CountingTransport>>
  Create(SimpleRemoteEPCTransportClient &C, int In, int Out) {
    auto T = FDSimpleRemoteEPCTransport::Create(C, In, Out);
    if (!T)
      return T.takeError();
    return std::make_unique<CountingTransport>(std::move(*T));
  }

  explicit CountingTransport(std::unique_ptr<SimpleRemoteEPCTransport> T)
      : Real(std::move(T)) {}

  Error start() override { return Real->start(); }
  Error sendMessage(SimpleRemoteEPCOpcode OpC, uint64_t SeqNo,
                    ExecutorAddr TagAddr, ArrayRef<char> ArgBytes) override {
    ++Messages;
    return Real->sendMessage(OpC, SeqNo, TagAddr, ArgBytes);
  }
  void disconnect() override { Real->disconnect(); }

private:
  std::unique_ptr<SimpleRemoteEPCTransport> Real;
};

/// True in threads that may run any task: all but LLVM's that reads replies.
thread_local bool MayWait = false;

/// Links in the thread that looks up, and handles each reply in one thread.
/// LLVM's starts further ones for each object, which costs more than linking it
/// and hides the managers.
class Dispatcher final : public DynamicThreadPoolTaskDispatcher {
public:
  Dispatcher() : DynamicThreadPoolTaskDispatcher(std::nullopt) {
    MayWait = true;
  }

  void dispatch(std::unique_ptr<Task> T) override {
    if (MayWait)
      return T->run();
    DynamicThreadPoolTaskDispatcher::dispatch(makeGenericNamedTask(
        [T = std::move(T)] {
          MayWait = true;
          T->run();
        },
        "reply"));
  }
};

} // namespace

Expected<std::unique_ptr<RemoteExecutor>> RemoteExecutor::start() {
  auto Failed = [] { return errorCodeToError(errnoAsErrorCode()); };
  int To[2], From[2];
  if (pipe2(To, O_CLOEXEC) || pipe2(From, O_CLOEXEC))
    return Failed();
  const pid_t Pid = fork();
  if (Pid < 0)
    return Failed();
  if (Pid == 0) {
    std::string Pair = "filedescs=" + std::to_string(dup(To[0])) + "," +
                       std::to_string(dup(From[1]));
    execl(JITSLAB_BENCH_EXECUTOR, JITSLAB_BENCH_EXECUTOR, Pair.c_str(),
          nullptr);
    _exit(127);
  }
  close(To[0]);
  close(From[1]);
  std::unique_ptr<RemoteExecutor> E(new RemoteExecutor(Pid));
  auto EPC = SimpleRemoteEPC::Create<CountingTransport>(
      std::make_unique<Dispatcher>(), SimpleRemoteEPC::Setup(), From[0], To[1]);
  if (!EPC)
    return EPC.takeError();
  E->EPC = std::move(*EPC);
  return E;
}

RemoteExecutor::~RemoteExecutor() {
  kill(Pid, SIGKILL);
  waitpid(Pid, nullptr, 0);
}

size_t RemoteExecutor::vmas() const {
  auto Maps = MemoryBuffer::getFileAsStream("/proc/" + Twine(Pid) + "/maps");
  return Maps ? (*Maps)->getBuffer().count('\n') : 0;
}

static double seconds(clockid_t Clock) {
  timespec T = {};
  clock_gettime(Clock, &T);
  return double(T.tv_sec) + double(T.tv_nsec) / 1e9;
}

double RemoteExecutor::cpuSeconds() const {
  clockid_t Executor;
  return seconds(CLOCK_PROCESS_CPUTIME_ID) +
         (clock_getcpuclockid(Pid, &Executor) ? 0 : seconds(Executor));
}

size_t RemoteExecutor::messages() { return Messages; }

} // namespace jitslab::bench
