//===- RefusingObjectLayer.h - A layer in place of an error -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CAPI_REFUSINGOBJECTLAYER_H
#define JITSLAB_CAPI_REFUSINGOBJECTLAYER_H

#include "../Core/Errors.h"
#include "llvm/ExecutionEngine/Orc/Layer.h"

namespace jitslab {

/// Stands where a layer could not be made and the error could not be returned:
/// each object fails with it.
class RefusingObjectLayer : public llvm::orc::ObjectLayer {
public:
  RefusingObjectLayer(llvm::orc::ExecutionSession &ES, llvm::Error Err)
      : ObjectLayer(ES) {
    llvm::handleAllErrors(
        std::move(Err),
        [&](std::unique_ptr<llvm::ErrorInfoBase> E) { Reason = std::move(E); });
  }

  void emit(std::unique_ptr<llvm::orc::MaterializationResponsibility> R,
            std::unique_ptr<llvm::MemoryBuffer>) override {
    getExecutionSession().reportError(errorLike(*Reason, Reason->message()));
    R->failMaterialization();
  }

private:
  std::unique_ptr<llvm::ErrorInfoBase> Reason;
};

} // namespace jitslab

#endif // JITSLAB_CAPI_REFUSINGOBJECTLAYER_H
