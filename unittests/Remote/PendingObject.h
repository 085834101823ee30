//===- PendingObject.h - An object with actions -----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_PENDINGOBJECT_H
#define JITSLAB_UNITTESTS_PENDINGOBJECT_H

#include "ExecutorProcess.h"
#include "RemoteObject.h"
#include <future>

namespace jitslab {

using Finalized =
    llvm::MSVCPExpected<llvm::jitlink::JITLinkMemoryManager::FinalizedAlloc>;

inline llvm::orc::shared::WrapperFunctionCall
actionAt(llvm::orc::ExecutorAddr Function) {
  using namespace llvm::orc::shared;
  return llvm::cantFail(WrapperFunctionCall::Create<SPSArgList<>>(Function));
}

/// An object on its way, with a finalize action.
struct Pending {
  Pending(llvm::jitlink::JITLinkMemoryManager &Manager,
          llvm::orc::ExecutorAddr Action, bool DeallocToo = false)
      : G([] {
          llvm::jitlink::Block *Code, *Data;
          return makeObject(Code, Data, /*DataSize=*/8);
        }()) {
    G->allocActions().push_back(
        {actionAt(Action), DeallocToo
                               ? actionAt(Action)
                               : llvm::orc::shared::WrapperFunctionCall()});
    Alloc = valueOf(Manager.allocate(nullptr, *G));
    Result = Done.get_future();
  }
  Pending(RemoteJIT &J, llvm::orc::ExecutorAddr Action, bool DeallocToo = false)
      : Pending(*J.Manager, Action, DeallocToo) {}

  void finalize() {
    using llvm::jitlink::JITLinkMemoryManager;
    Alloc->finalize(
        [this](llvm::Expected<JITLinkMemoryManager::FinalizedAlloc> A) {
          Done.set_value(std::move(A));
        });
  }
  bool isDone(std::chrono::seconds Within = std::chrono::seconds(0)) {
    return Result.wait_for(Within) == std::future_status::ready;
  }
  llvm::jitlink::JITLinkMemoryManager::FinalizedAlloc take() {
    return valueOf<llvm::jitlink::JITLinkMemoryManager::FinalizedAlloc>(
        Result.get());
  }

  std::unique_ptr<llvm::jitlink::LinkGraph> G;
  std::unique_ptr<llvm::jitlink::JITLinkMemoryManager::InFlightAlloc> Alloc;
  std::promise<Finalized> Done;
  std::future<Finalized> Result;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_PENDINGOBJECT_H
