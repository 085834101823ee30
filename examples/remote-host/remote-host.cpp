//===- remote-host.cpp - An LLJIT whose code runs in another process ------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../common/TripleModule.h"
#include "jitslab/RemoteJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/ExecutionEngine/Orc/SimpleRemoteEPC.h"
#include "llvm/ExecutionEngine/Orc/ThreadSafeModule.h"
#include <cstdio>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

static ExitOnError ExitOnErr("remote-host: ");

/// Connects by two descriptors. Until LLVM 22 there is something to set up.
template <typename EPC, typename Setup = typename EPC::Setup>
static auto connectTo(int In, int Out, int) {
  return EPC::template Create<orc::FDSimpleRemoteEPCTransport>(
      std::make_unique<orc::DynamicThreadPoolTaskDispatcher>(std::nullopt),
      Setup(), In, Out);
}
template <typename EPC> static auto connectTo(int In, int Out, long) {
  return EPC::template Create<orc::FDSimpleRemoteEPCTransport>(
      std::make_unique<orc::DynamicThreadPoolTaskDispatcher>(std::nullopt), In,
      Out);
}

/// Starts the executor \p Program, and connects to it by two pipes.
static std::unique_ptr<orc::SimpleRemoteEPC> connect(const char *Program) {
  int To[2], From[2];
  if (pipe2(To, O_CLOEXEC) || pipe2(From, O_CLOEXEC))
    return nullptr;
  if (fork() == 0) {
    std::string Pair = "filedescs=" + std::to_string(dup(To[0])) + "," +
                       std::to_string(dup(From[1]));
    execl(Program, Program, Pair.c_str(), nullptr);
    _exit(127);
  }
  close(To[0]);
  close(From[1]);
  return ExitOnErr(connectTo<orc::SimpleRemoteEPC>(From[0], To[1], 0));
}

static int run(const char *Program, orc::ThreadSafeModule Module) {
  jitslab::initializeExampleTarget();
  std::unique_ptr<orc::SimpleRemoteEPC> EPC = connect(Program);
  orc::JITTargetMachineBuilder Target(EPC->getTargetTriple());
  Target.setRelocationModel(Reloc::PIC_);
  Target.setCodeModel(CodeModel::Small);
  orc::LLJITBuilder Builder;
  Builder.setJITTargetMachineBuilder(std::move(Target));
  Builder.setExecutorProcessControl(std::move(EPC));
  // Static constructors would need the ORC runtime.
  Builder.setPlatformSetUp(orc::setUpInactivePlatform);
  // quote begin remote-layer
  Builder.setObjectLinkingLayerCreator(
      [](orc::ExecutionSession &Session,
         auto &&...) -> Expected<std::unique_ptr<orc::ObjectLayer>> {
        auto Manager = jitslab::RemoteJITLinkMemoryManager::create(
            Session.getExecutorProcessControl());
        if (!Manager)
          return Manager.takeError();
        return std::make_unique<orc::ObjectLinkingLayer>(Session,
                                                         std::move(*Manager));
      });
  // quote end remote-layer
  std::unique_ptr<orc::LLJIT> JIT = ExitOnErr(Builder.create());
  ExitOnErr(JIT->addIRModule(std::move(Module)));
  orc::ExecutorAddr Triple = ExitOnErr(JIT->lookup("triple"));
  printf("triple(14) = %d\n", ExitOnErr(JIT->getExecutionSession()
                                            .getExecutorProcessControl()
                                            .runAsIntFunction(Triple, 14)));
  return 0;
}

int main(int Count, char **Arguments) {
  if (Count != 2) {
    fprintf(stderr, "usage: remote-host PATH-OF-JITSLAB-EXECUTOR\n");
    return 2;
  }
  auto Context = std::make_unique<LLVMContext>();
  auto M = jitslab::makeTripleModule(*Context);
  int Status = run(Arguments[1],
                   orc::ThreadSafeModule(std::move(M), std::move(Context)));
  int Ended;
  wait(&Ended);
  printf("the executor ends with status %d\n", WEXITSTATUS(Ended));
  return Status;
}
