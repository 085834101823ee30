//===- RunActions.h - Run a graph's allocation actions ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The functions of orc::shared, which LLVM 21 has with a callback only.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_LIB_JITLINK_RUNACTIONS_H
#define JITSLAB_LIB_JITLINK_RUNACTIONS_H

#include "../LLVMCompat.h"
#include "llvm/ExecutionEngine/Orc/Shared/AllocationActions.h"
#include "llvm/Support/MSVCErrorWorkarounds.h"
#include <future>
#include <vector>

namespace jitslab {

using ActionCalls = std::vector<llvm::orc::shared::WrapperFunctionCall>;

/// After a failed action it runs the dealloc actions of those before.
inline llvm::Expected<ActionCalls>
runFinalizeActions(llvm::orc::shared::AllocActions &Actions) {
#if JITSLAB_LLVM_ACTIONS_CALL_BACK
  std::promise<llvm::MSVCPExpected<ActionCalls>> Result;
  auto Done = Result.get_future();
  llvm::orc::shared::runFinalizeActions(Actions,
                                        [&](llvm::Expected<ActionCalls> Value) {
                                          Result.set_value(std::move(Value));
                                        });
  return Done.get();
#else
  return llvm::orc::shared::runFinalizeActions(Actions);
#endif
}

/// Last to first; all of them, whichever fail.
inline llvm::Error runDeallocActions(const ActionCalls &Actions) {
#if JITSLAB_LLVM_ACTIONS_CALL_BACK
  std::promise<llvm::MSVCPError> Result;
  auto Done = Result.get_future();
  llvm::orc::shared::runDeallocActions(
      Actions, [&](llvm::Error Err) { Result.set_value(std::move(Err)); });
  return Done.get();
#else
  return llvm::orc::shared::runDeallocActions(Actions);
#endif
}

} // namespace jitslab

#endif // JITSLAB_LIB_JITLINK_RUNACTIONS_H
