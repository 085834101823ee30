//===- ExecutorProcess.cpp - An executor to test with ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorProcess.h"
#include "LLVMCompat.h"
#include "Support/InputObject.h"
#include "Support/NativeTarget.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace llvm;
using namespace llvm::orc;

namespace jitslab {

std::unique_ptr<SimpleRemoteEPC> connectTo(int In, int Out) {
  return valueOf(SimpleRemoteEPC::Create<FDSimpleRemoteEPCTransport>(
      std::make_unique<DynamicThreadPoolTaskDispatcher>(std::nullopt),
#if JITSLAB_LLVM_EPC_HAS_MEMORY_MANAGER
      SimpleRemoteEPC::Setup(),
#endif
      In, Out));
}

// Where the executor finds its ends of the connection.
static constexpr int ExecutorIn = 20, ExecutorOut = 21;

ExecutorProcess::ExecutorProcess(std::vector<std::string> Command,
                                 const std::string &Preloaded) {
  // LLVM wakes the thread that reads by closing what the other side reads from.
  int ToExecutor[2], FromExecutor[2];
  REQUIRE(pipe2(ToExecutor, O_CLOEXEC) == 0);
  REQUIRE(pipe2(FromExecutor, O_CLOEXEC) == 0);
  Command.push_back("filedescs=" + std::to_string(ExecutorIn) + "," +
                    std::to_string(ExecutorOut));
  std::vector<char *> Arguments;
  for (std::string &Part : Command)
    Arguments.push_back(Part.data());
  Arguments.push_back(nullptr);

  std::string Setting = "LD_PRELOAD=" + Preloaded;
  std::vector<char *> Environment;
  for (char **E = environ; *E; ++E)
    Environment.push_back(*E);
  if (!Preloaded.empty())
    Environment.push_back(Setting.data());
  Environment.push_back(nullptr);

  posix_spawn_file_actions_t Actions;
  posix_spawn_file_actions_init(&Actions);
  posix_spawn_file_actions_adddup2(&Actions, ToExecutor[0], ExecutorIn);
  posix_spawn_file_actions_adddup2(&Actions, FromExecutor[1], ExecutorOut);
  const int Failure = posix_spawnp(&Pid, Arguments[0], &Actions, nullptr,
                                   Arguments.data(), Environment.data());
  posix_spawn_file_actions_destroy(&Actions);
  close(ToExecutor[0]);
  close(FromExecutor[1]);
  REQUIRE(Failure == 0);
  EPC = connectTo(FromExecutor[0], ToExecutor[1]);
}

ExecutorProcess::~ExecutorProcess() {
  if (EPC)
    consumeError(EPC->disconnect());
  if (Pid > 0)
    (void)wait();
  if (Pid > 0)
    kill();
}

void ExecutorProcess::kill() {
  ::kill(Pid, SIGKILL);
  waitpid(Pid, nullptr, 0);
  Pid = -1;
}

int ExecutorProcess::wait() {
  constexpr int Tries = 2000;
  for (int I = 0; I != Tries; ++I) {
    int Status;
    if (waitpid(Pid, &Status, WNOHANG) == Pid) {
      Pid = -1;
      return WIFEXITED(Status) ? WEXITSTATUS(Status) : -1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return -1;
}

RemoteJIT::RemoteJIT(RemoteOptions Options,
                     function_ref<void(LLJITBuilder &)> SetUp) {
  initializeTarget();
  LLJITBuilder Builder;
  Builder.setExecutorProcessControl(Process.takeEPC())
      .setPlatformSetUp(setUpInactivePlatform)
      .setObjectLinkingLayerCreator(
          [&](ExecutionSession &ES,
              auto &&...) -> Expected<std::unique_ptr<ObjectLayer>> {
            auto Memory = RemoteJITLinkMemoryManager::create(
                ES.getExecutorProcessControl(), Options);
            if (!Memory)
              return Memory.takeError();
            Manager = Memory->get();
            return std::make_unique<ObjectLinkingLayer>(ES, std::move(*Memory));
          });
  if (SetUp)
    SetUp(Builder);
  JIT = valueOf(Builder.create());
  JIT->getExecutionSession().setErrorReporter(
      [](Error Err) { consumeError(std::move(Err)); });
}

void RemoteJIT::add(const char *Object) {
  REQUIRE_SUCCESS(JIT->addObjectFile(readObject(Object)));
}

ExecutorAddr RemoteJIT::addressOf(const char *Name) {
  return valueOf(JIT->lookup(Name));
}

Expected<int32_t> RemoteJIT::call(const char *Name, int Argument) {
  Expected<ExecutorAddr> Function = JIT->lookup(Name);
  if (!Function)
    return Function.takeError();
  return JIT->getExecutionSession()
      .getExecutorProcessControl()
      .runAsIntFunction(*Function, Argument);
}

size_t mappingsOf(pid_t Pid, StringRef Part) {
  auto Maps = MemoryBuffer::getFileAsStream("/proc/" + Twine(Pid) + "/maps");
  REQUIRE(Maps);
  return (*Maps)->getBuffer().count(Part);
}

size_t openDescriptors() {
  std::error_code EC;
  size_t Count = 0;
  for (sys::fs::directory_iterator I("/proc/self/fd", EC), E; I != E && !EC;
       I.increment(EC))
    ++Count;
  return Count;
}

} // namespace jitslab
