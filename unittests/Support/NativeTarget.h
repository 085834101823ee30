//===- NativeTarget.h - The target that the tests run on --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// For tests in C and in C++.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_NATIVETARGET_H
#define JITSLAB_UNITTESTS_NATIVETARGET_H

#include "llvm-c/Target.h"

static inline int registerTarget(void) {
#if defined(__aarch64__)
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64Target();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64AsmPrinter();
#elif defined(__x86_64__)
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
#endif
  return 1;
}

/// As LLVMInitializeNativeTarget, which means the machine that LLVM's headers
/// were packaged for: not the one that a cross-compiled test runs on. In C++
/// several threads may call it at once.
static inline void initializeTarget(void) {
#ifdef __cplusplus
  static const int Done = registerTarget();
  (void)Done;
#else
  registerTarget();
#endif
}

#endif // JITSLAB_UNITTESTS_NATIVETARGET_H
