//===- PlayedExecutor.h - An executor that a test plays ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_PLAYEDEXECUTOR_H
#define JITSLAB_UNITTESTS_PLAYEDEXECUTOR_H

#include "LLVMCompat.h"
#include "jitslab/ExecutorService.h"
#include "llvm/ExecutionEngine/Orc/ExecutorProcessControl.h"
#include "llvm/TargetParser/Host.h"
// A header of its own in later versions.
#if __has_include("llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h")
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#endif

namespace jitslab {

/// An executor in this process, with a service. Who derives from it says what
/// becomes of the messages.
class PlayedExecutor : public llvm::orc::SelfExecutorProcessControl {
public:
  ~PlayedExecutor() override { llvm::consumeError(Service.shutdown()); }

protected:
  PlayedExecutor()
      : SelfExecutorProcessControl(
            std::make_shared<llvm::orc::SymbolStringPool>(),
            std::make_unique<llvm::orc::DynamicThreadPoolTaskDispatcher>(
                std::nullopt),
            llvm::Triple(llvm::sys::getProcessTriple()),
#if JITSLAB_LLVM_EPC_HAS_MEMORY_MANAGER
            /*PageSize=*/4096, nullptr
#else
            /*PageSize=*/4096
#endif
        ) {
    Service.addBootstrapSymbols(BootstrapSymbols);
  }

private:
  ExecutorService Service;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_PLAYEDEXECUTOR_H
