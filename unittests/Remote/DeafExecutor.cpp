//===- DeafExecutor.cpp - An executor that nothing reaches ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// deaf-executor filedescs=IN,OUT: says that it has jitslab's service, but has
// closed what it is spoken to by, as one that is about to die.

#include "jitslab/ExecutorService.h"
#include "llvm/ExecutionEngine/Orc/TargetProcess/SimpleExecutorMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/TargetProcess/SimpleRemoteEPCServer.h"
#include <cstdlib>
#include <unistd.h>

using namespace llvm;
using namespace llvm::orc;

int main(int, char **Argv) {
  auto [In, Out] = StringRef(Argv[1]).split('=').second.split(',');
  int Silence[2];
  if (pipe(Silence))
    return 1;
  close(std::atoi(In.str().c_str()));
  auto Server = SimpleRemoteEPCServer::Create<FDSimpleRemoteEPCTransport>(
      [](SimpleRemoteEPCServer::Setup &S) -> Error {
        S.setDispatcher(
            std::make_unique<SimpleRemoteEPCServer::ThreadDispatcher>());
        S.bootstrapSymbols() = SimpleRemoteEPCServer::defaultBootstrapSymbols();
        S.services().push_back(
            std::make_unique<rt_bootstrap::SimpleExecutorMemoryManager>());
        S.services().push_back(std::make_unique<jitslab::ExecutorService>());
        return Error::success();
      },
      Silence[0], std::atoi(Out.str().c_str()));
  // Some versions of LLVM wait for its end.
  alarm(2);
  return Server ? pause() : 1;
}
