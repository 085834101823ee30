//===- TripleObjectC.h - A compiled object for examples in C ------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_EXAMPLES_TRIPLEOBJECTC_H
#define JITSLAB_EXAMPLES_TRIPLEOBJECTC_H

#include "TripleModuleC.h"
#include "llvm-c/TargetMachine.h"
#include <stddef.h>

/// The module of TripleModuleC.h as an object file; null, and a message that
/// the caller disposes of, if it cannot be compiled. As an object, because what
/// LLVM's C interface calls a thread-safe module is made in different ways.
static inline LLVMMemoryBufferRef makeTripleObject(char **Message) {
  char *Triple = LLVMGetDefaultTargetTriple();
  LLVMTargetRef Target;
  LLVMMemoryBufferRef Object = NULL;
  if (!LLVMGetTargetFromTriple(Triple, &Target, Message)) {
    LLVMTargetMachineRef Machine = LLVMCreateTargetMachine(
        Target, Triple, /*CPU=*/"", /*Features=*/"", LLVMCodeGenLevelDefault,
        LLVMRelocPIC, LLVMCodeModelSmall); // safe: a window is within reach
    LLVMContextRef Context = LLVMContextCreate();
    LLVMModuleRef Module = makeTripleModule(Context);
    if (LLVMTargetMachineEmitToMemoryBuffer(Machine, Module, LLVMObjectFile,
                                            Message, &Object))
      Object = NULL;
    LLVMDisposeModule(Module);
    LLVMContextDispose(Context);
    LLVMDisposeTargetMachine(Machine);
  }
  LLVMDisposeMessage(Triple);
  return Object;
}

#endif // JITSLAB_EXAMPLES_TRIPLEOBJECTC_H
