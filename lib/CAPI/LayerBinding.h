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
#include "llvm/ExecutionEngine/Orc/Layer.h"

namespace jitslab {

using LayerOrError = llvm::Expected<std::unique_ptr<llvm::orc::ObjectLayer>>;

/// What the function of the name \p Function returns, which is given \p Session
/// and has no other way to report an error than a layer that refuses objects.
LLVMOrcObjectLayerRef
makeLayer(const char *Function, LLVMOrcExecutionSessionRef Session,
          llvm::function_ref<LayerOrError(llvm::orc::ExecutionSession &)> Make);

} // namespace jitslab

#endif // JITSLAB_CAPI_LAYERBINDING_H
