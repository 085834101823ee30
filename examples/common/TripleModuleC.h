//===- TripleModuleC.h - What the examples in C compile -----------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_EXAMPLES_TRIPLEMODULEC_H
#define JITSLAB_EXAMPLES_TRIPLEMODULEC_H

#include "llvm-c/Core.h"
#include "llvm-c/Target.h"

/// As LLVMInitializeNativeTarget and LLVMInitializeNativeAsmPrinter, which mean
/// the machine that LLVM's headers were packaged for: not the one that a
/// cross-compiled program runs on.
static inline void initializeExampleTarget(void) {
#if defined(__aarch64__)
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64Target();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64AsmPrinter();
#else
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
#endif
}

/// static int Factor = 3;
/// int triple(int X) { return X * Factor; }
///
/// The variable is there so that code has to reach data.
static inline LLVMModuleRef makeTripleModule(LLVMContextRef Context) {
  LLVMModuleRef Module = LLVMModuleCreateWithNameInContext("example", Context);
  LLVMTypeRef Int = LLVMInt32TypeInContext(Context);
  LLVMValueRef Factor = LLVMAddGlobal(Module, Int, "Factor");
  LLVMSetInitializer(Factor, LLVMConstInt(Int, 3, /*SignExtend=*/0));
  LLVMSetLinkage(Factor, LLVMInternalLinkage);
  LLVMValueRef Triple = LLVMAddFunction(
      Module, "triple", LLVMFunctionType(Int, &Int, 1, /*IsVarArg=*/0));
  LLVMBuilderRef Builder = LLVMCreateBuilderInContext(Context);
  LLVMPositionBuilderAtEnd(
      Builder, LLVMAppendBasicBlockInContext(Context, Triple, "entry"));
  LLVMValueRef Loaded = LLVMBuildLoad2(Builder, Int, Factor, "");
  // Nothing in the module writes it, so it would be folded.
  LLVMSetVolatile(Loaded, 1);
  LLVMBuildRet(Builder,
               LLVMBuildMul(Builder, LLVMGetParam(Triple, 0), Loaded, ""));
  LLVMDisposeBuilder(Builder);
  return Module;
}

#endif // JITSLAB_EXAMPLES_TRIPLEMODULEC_H
