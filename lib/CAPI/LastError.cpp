//===- LastError.cpp - Errors across the C interface ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Core/Errors.h"
#include "../Core/HeapExhaustion.h"
#include "CAPI.h"
#include "jitslab/ArenaErrors.h"
#include "llvm/Support/raw_ostream.h"

using namespace jitslab;
using namespace llvm;

namespace {

/// The thread's objects are destroyed, its last error too; exit handlers and
/// other destructors may call all the same.
thread_local bool IsOver = false;

struct LastError {
  ~LastError() { IsOver = true; }

  // Empty: the last call did not fail.
  std::string Text;
  JitslabErrorCode Code = JitslabErrorNone;
  int Errno = 0;
};

} // namespace

static thread_local LastError Last;

// What an LLVMErrorRef points to; see wrap in llvm/Support/Error.h.
static const ErrorInfoBase *infoOf(LLVMErrorRef Err) {
  return reinterpret_cast<const ErrorInfoBase *>(Err);
}

static JitslabErrorCode codeOf(const ErrorInfoBase *E) {
  if (!E)
    return JitslabErrorNone;
  if (E->isA<ArenaFullError>())
    return JitslabErrorArenaFull;
  if (E->isA<SystemRefusalError>())
    return JitslabErrorSystemRefusal;
  if (E->isA<BadOptionError>())
    return JitslabErrorBadOption;
  return JitslabErrorOther;
}

static int errnoOf(const ErrorInfoBase *E) {
  return E && E->isA<SystemRefusalError>()
             ? static_cast<const SystemRefusalError *>(E)->systemErrno()
             : 0;
}

namespace jitslab {

void rememberError(Error &Err) {
  if (IsOver)
    return;
  Last.Text.clear();
  if (Err)
    raw_string_ostream(Last.Text) << Err;
  LLVMErrorRef Ref = wrap(std::move(Err));
  Last.Code = codeOf(infoOf(Ref));
  Last.Errno = errnoOf(infoOf(Ref));
  Err = unwrap(Ref);
}

LLVMErrorRef answer(const char *Function,
                    function_ref<Error(const char *)> Body) {
  return endIfHeapIsUsedUp([&] {
    Error Err = Body(Function);
    rememberError(Err);
    return wrap(std::move(Err));
  });
}

Error argumentError(const char *Function, const Twine &What) {
  return optionError(Twine(Function) + ": " + What);
}

} // namespace jitslab

uint32_t JitslabGetErrorCode(LLVMErrorRef Err) { return codeOf(infoOf(Err)); }

int JitslabGetErrorErrno(LLVMErrorRef Err) { return errnoOf(infoOf(Err)); }

const char *JitslabGetLastError(void) {
  return IsOver || Last.Text.empty() ? nullptr : Last.Text.c_str();
}

uint32_t JitslabGetLastErrorCode(void) {
  return IsOver ? JitslabErrorNone : Last.Code;
}

int JitslabGetLastErrorErrno(void) { return IsOver ? 0 : Last.Errno; }
