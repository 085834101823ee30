//===- MCJITBinding.cpp - Memory managers of MCJIT for C ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Core/Errors.h"
#include "../Platform/Fork.h"
#include "../Platform/ProcessWide.h"
#include "CAPI.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ADT/DenseSet.h"
#include <mutex>

using namespace jitslab;
using namespace llvm;

namespace {

/// The live managers that the C interface has made. C has one type for all
/// managers, and LLVM may have been built without RTTI: the set tells ours from
/// LLVM's.
class ManagerSet final : private ForkListener {
public:
  /// Never destroyed: managers of static engines die after it would.
  static ManagerSet &get() { return processWide<ManagerSet>(); }
  // Another thread was faster: its set is kept, and this one goes.
  ~ManagerSet() override { withdraw(); }

  /// Fails where the system has no memory for fork handlers. No arena can have
  /// been made then.
  std::error_code enrollError() const { return EnrollError; }
  void insert(const RTDyldMemoryManager *M) {
    std::lock_guard<std::mutex> Guard(Lock);
    Managers.insert(M);
  }
  void erase(const RTDyldMemoryManager *M) {
    std::lock_guard<std::mutex> Guard(Lock);
    Managers.erase(M);
  }
  bool contains(const RTDyldMemoryManager *M) {
    std::lock_guard<std::mutex> Guard(Lock);
    return Managers.count(M) != 0;
  }

private:
  // No thread changes the set while the process forks.
  void beforeFork() override { Lock.lock(); }
  void afterForkInParent() override { Lock.unlock(); }
  void afterForkInChild() override { Lock.unlock(); }

  std::mutex Lock;
  DenseSet<const RTDyldMemoryManager *> Managers;
  const std::error_code EnrollError = enroll();
};

class CMemoryManager final : public ReservingMemoryManager {
public:
  explicit CMemoryManager(std::shared_ptr<Arena> A)
      : ReservingMemoryManager(std::move(A)) {
    ManagerSet::get().insert(this);
  }
  ~CMemoryManager() override { ManagerSet::get().erase(this); }
};

} // namespace

LLVMErrorRef JitslabCreateMCJITMemoryManager(LLVMMCJITMemoryManagerRef *Result,
                                             JitslabArenaRef Arena) {
  return answer(__func__, [&](const char *Function) -> Error {
    if (!Result)
      return argumentError(Function, "Result is null");
    *Result = nullptr;
    if (!Arena)
      return argumentError(Function, "Arena is null");
    if (std::error_code EC = ManagerSet::get().enrollError())
      return systemError(EC, "cannot register for forks");
    *Result = wrap(new CMemoryManager(Arena->Share));
    return Error::success();
  });
}

LLVMErrorRef
JitslabMCJITMemoryManagerTakeError(LLVMMCJITMemoryManagerRef Manager) {
  return answer(__func__, [&](const char *Function) -> Error {
    if (ManagerSet::get().contains(unwrap(Manager)))
      return static_cast<CMemoryManager *>(unwrap(Manager))->takeError();
    return argumentError(
        Function, "Manager is not a living memory manager of "
                  "JitslabCreateMCJITMemoryManager; it dies with its engine");
  });
}
