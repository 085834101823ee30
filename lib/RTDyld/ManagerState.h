//===- ManagerState.h - What linking needs of a manager ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_RTDYLD_MANAGERSTATE_H
#define JITSLAB_RTDYLD_MANAGERSTATE_H

#include "OutsideData.h"
#include "ScratchMemory.h"
#include "SectionMemory.h"
#include "jitslab/ReservingMemoryManager.h"
#include <string>
#include <vector>

namespace jitslab {

/// The objects since the last finalizeMemory.
struct ReservingMemoryManager::Batch {
  struct SectionElsewhere {
    unsigned ID;
    const uint8_t *Working;
    uintptr_t Executor;
  };

  SectionMemory Sections;
  /// The current object's sections that are not written where they run.
  llvm::SmallVector<SectionElsewhere, 4> Elsewhere;
  bool ObjectFailed = false;
  /// The object's data fits no window.
  bool IsTooLarge = false;
  /// There are EH frames: a linker of LLVM asks, through whatever wraps this.
  bool HasFrames = false;
  /// The alignment that the object has announced for its data; 0: none.
  size_t ReservedDataAlign = 0;
  /// Its common symbols, if one could be aligned to more than their size.
  const uint8_t *LargeCommons = nullptr;
};

/// What failed, and what stands in for it.
struct ReservingMemoryManager::Failures {
  explicit Failures(VirtualMemory &VM) : Scratch(VM) {}

  ScratchMemory Scratch;
  std::vector<std::string> Messages;
  /// What wraps this manager does not pass notifyObjectLoaded on.
  bool NotNotified = false;
  size_t Reported = 0;
  std::error_code Reason;

  // Only the text is kept: an unread Error would abort in a debug build.
  void note(llvm::Error Err) {
    llvm::handleAllErrors(std::move(Err), [&](const llvm::ErrorInfoBase &E) {
      Reason = E.convertToErrorCode();
      Messages.push_back(E.message());
    });
  }
};

} // namespace jitslab

#endif // JITSLAB_RTDYLD_MANAGERSTATE_H
