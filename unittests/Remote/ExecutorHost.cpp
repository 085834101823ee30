//===- ExecutorHost.cpp - A host whose code runs in an executor -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// executor-host EXECUTOR OBJECT FUNCTION: an LLJIT of LLVM alone, which loads
// OBJECT into EXECUTOR. Ends with what FUNCTION returns there for 14.

#include "LLVMCompat.h"
#include "common/TripleModule.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/SimpleRemoteEPC.h"
#include "llvm/Support/MemoryBuffer.h"
#include <csignal>
#include <unistd.h>

using namespace llvm;
using namespace llvm::orc;

static ExitOnError Check("executor-host: ");

static std::unique_ptr<SimpleRemoteEPC> start(const char *Executor) {
  int ToExecutor[2], FromExecutor[2];
  if (pipe(ToExecutor) || pipe(FromExecutor))
    Check(errorCodeToError(std::error_code(errno, std::generic_category())));
  // By now there is one thread.
  if (fork() == 0) {
    close(ToExecutor[1]);
    close(FromExecutor[0]);
    const std::string Descriptors =
        "filedescs=" + std::to_string(ToExecutor[0]) + "," +
        std::to_string(FromExecutor[1]);
    execl(Executor, Executor, Descriptors.c_str(), nullptr);
    _exit(127);
  }
  close(ToExecutor[0]);
  close(FromExecutor[1]);
  return Check(SimpleRemoteEPC::Create<FDSimpleRemoteEPCTransport>(
      std::make_unique<DynamicThreadPoolTaskDispatcher>(std::nullopt),
#if JITSLAB_LLVM_EPC_HAS_MEMORY_MANAGER
      SimpleRemoteEPC::Setup(),
#endif
      FromExecutor[0], ToExecutor[1]));
}

int main(int, char **Argv) {
  // What cannot be sent is an error.
  signal(SIGPIPE, SIG_IGN);
  auto EPC = start(Argv[1]);
  jitslab::initializeExampleTarget();
  auto JIT = Check(LLJITBuilder()
                       .setExecutorProcessControl(std::move(EPC))
                       .setPlatformSetUp(setUpInactivePlatform)
                       .create());
  Check(JIT->addObjectFile(
      Check(errorOrToExpected(MemoryBuffer::getFile(Argv[2])))));
  const ExecutorAddr Function = Check(JIT->lookup(Argv[3]));
  return Check(
      JIT->getExecutionSession().getExecutorProcessControl().runAsIntFunction(
          Function, 14));
}
