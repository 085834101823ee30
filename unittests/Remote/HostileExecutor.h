//===- HostileExecutor.h - An executor that lies ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_HOSTILEEXECUTOR_H
#define JITSLAB_UNITTESTS_HOSTILEEXECUTOR_H

#include "Remote/Wire.h"
#include "jitslab/ExecutorService.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ExecutionEngine/Orc/ExecutorProcessControl.h"
#include "llvm/TargetParser/Host.h"
#if __has_include("llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h")
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#endif
#include <functional>
#include <vector>

namespace jitslab {

/// Plays an executor in this process, and changes what it replies.
class HostileExecutor : public llvm::orc::SelfExecutorProcessControl {
public:
  using Bytes = std::vector<char>;
  /// Gets a reply, and how many there were before it.
  using Change = std::function<void(Bytes &, size_t)>;

  explicit HostileExecutor(Change C)
      : SelfExecutorProcessControl(
            std::make_shared<llvm::orc::SymbolStringPool>(),
            std::make_unique<llvm::orc::DynamicThreadPoolTaskDispatcher>(
                std::nullopt),
            llvm::Triple(llvm::sys::getProcessTriple()), /*PageSize=*/4096,
            nullptr),
        Make(std::move(C)) {
    Service.addBootstrapSymbols(BootstrapSymbols);
    Functions.insert(BootstrapSymbols[wire::OpenName].getValue());
  }
  ~HostileExecutor() override { llvm::consumeError(Service.shutdown()); }

  void callWrapperAsync(llvm::orc::ExecutorAddr Function,
                        IncomingWFRHandler OnReply,
                        llvm::ArrayRef<char> Args) override {
    if (!Functions.contains(Function.getValue()))
      return OnReply(wire::Buffer::createOutOfBandError("no such function"));
    using Wrapper = wire::CBuffer (*)(const char *, size_t);
    wire::Buffer Reply(Function.toPtr<Wrapper>()(Args.data(), Args.size()));
    if (Reply.getOutOfBandError())
      return OnReply(std::move(Reply));
    noteFunctions(Reply);
    Bytes B(Reply.data(), Reply.data() + Reply.size());
    Make(B, Replies++);
    OnReply(wire::Buffer::copyFrom(B.data(), B.size()));
  }

private:
  // The first reply says where the other functions are.
  void noteFunctions(const wire::Buffer &Reply) {
    llvm::StringRef Refusal;
    uint64_t Session, Page;
    uint8_t Coherent;
    llvm::orc::ExecutorAddr F[7];
    if (Functions.size() == 1 &&
        wire::read<wire::OpenReply>({Reply.data(), Reply.size()}, Refusal,
                                    Session, Page, Coherent, F[0], F[1], F[2],
                                    F[3], F[4], F[5], F[6]))
      for (llvm::orc::ExecutorAddr A : F)
        Functions.insert(A.getValue());
  }

  ExecutorService Service;
  const Change Make;
  llvm::DenseSet<uint64_t> Functions;
  size_t Replies = 0;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_HOSTILEEXECUTOR_H
