//===- LayerBinding.h - ORC's layers for C ----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CAPI_LAYERBINDING_H
#define JITSLAB_CAPI_LAYERBINDING_H

#include "CAPI.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/ExecutionEngine/Orc/Layer.h"
#include "llvm/Support/Error.h"

namespace jitslab {

using LayerOrError = llvm::Expected<std::unique_ptr<llvm::orc::ObjectLayer>>;

/// What the function of the name \p Function returns, which is given \p Session
/// and has no other way to report an error than a layer that refuses objects.
LLVMOrcObjectLayerRef
makeLayer(const char *Function, LLVMOrcExecutionSessionRef Session,
          llvm::function_ref<LayerOrError(llvm::orc::ExecutionSession &)> Make);

/// For libraries that were built without JITLink. \p Then: what that means, and
/// what to do.
inline llvm::Error jitlinkIsMissing(const llvm::Twine &Then) {
  return llvm::createStringError(
      std::make_error_code(std::errc::not_supported),
      "jitslab: this library was built for LLVM " LLVM_VERSION_STRING + Then);
}

} // namespace jitslab

#endif // JITSLAB_CAPI_LAYERBINDING_H
