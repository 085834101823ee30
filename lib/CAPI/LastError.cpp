//===- LastError.cpp - Errors across the C interface ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Core/Errors.h"
#include "CAPI.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

// Empty: the last call did not fail.
static thread_local std::string LastError;

namespace jitslab {

void rememberError(Error &Err) {
  LastError.clear();
  if (Err)
    raw_string_ostream(LastError) << Err;
}

LLVMErrorRef finish(Error Err) {
  rememberError(Err);
  return wrap(std::move(Err));
}

Error argumentError(const char *Function, const Twine &What) {
  return optionError(Twine(Function) + ": " + What);
}

} // namespace jitslab

const char *JitslabGetLastError(void) {
  return LastError.empty() ? nullptr : LastError.c_str();
}
