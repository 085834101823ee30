//===- RefusingObjectLayer.h - A layer in place of an error -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CAPI_REFUSINGOBJECTLAYER_H
#define JITSLAB_CAPI_REFUSINGOBJECTLAYER_H

#include "llvm/ExecutionEngine/Orc/Layer.h"

namespace jitslab {

/// Stands where a layer could not be made and the error could not be returned:
/// each object fails with it.
class RefusingObjectLayer : public llvm::orc::ObjectLayer {
public:
  RefusingObjectLayer(llvm::orc::ExecutionSession &ES, llvm::Error Err)
      : ObjectLayer(ES) {
    llvm::handleAllErrors(std::move(Err), [&](const llvm::ErrorInfoBase &E) {
      Message = E.message();
      EC = E.convertToErrorCode();
    });
  }

  void emit(std::unique_ptr<llvm::orc::MaterializationResponsibility> R,
            std::unique_ptr<llvm::MemoryBuffer>) override {
    getExecutionSession().reportError(
        llvm::make_error<llvm::StringError>(Message, EC));
    R->failMaterialization();
  }

private:
  std::string Message;
  std::error_code EC;
};

} // namespace jitslab

#endif // JITSLAB_CAPI_REFUSINGOBJECTLAYER_H
