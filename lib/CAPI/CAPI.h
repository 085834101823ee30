//===- CAPI.h - What the functions of the C interface share -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CAPI_CAPI_H
#define JITSLAB_CAPI_CAPI_H

#include "jitslab-c/jitslab.h"
#include "jitslab/Arena.h"
#include "llvm/ADT/STLFunctionalExtras.h"

/// What a JitslabArenaRef refers to: one share of an arena.
struct JitslabOpaqueArena {
  std::shared_ptr<jitslab::Arena> Share;
};

namespace jitslab {

/// Keeps the text of \p Err for this thread. Success makes it forget the last
/// one.
void rememberError(llvm::Error &Err);

/// Does what a function of the C interface is for: calls \p Body with its name,
/// remembers the error, and hands it to the caller. No exception gets out.
LLVMErrorRef answer(const char *Function,
                    llvm::function_ref<llvm::Error(const char *)> Body);

/// "jitslab: <Function>: <What>": invalid_argument.
llvm::Error argumentError(const char *Function, const llvm::Twine &What);

} // namespace jitslab

#endif // JITSLAB_CAPI_CAPI_H
