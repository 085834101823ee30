//===- fake-llvm.c - A library with LLVM's names and nothing else -*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Has the symbol version that the build gives it, see fake-llvm.map.in.

#include <stddef.h>

// llvm::ExecutionEngine::MCJITCtor: MCJIT is not linked in.
void *_ZN4llvm15ExecutionEngine9MCJITCtorB5cxx11E = NULL;

int LLVMCreateMCJITCompilerForModule(void *Out, void *Module, void *Options,
                                     size_t Size, char **Error) {
  return *(int *)Out + *(int *)Module + *(int *)Options + (int)Size +
         (*Error)[0];
}
int LLVMCreateJITCompilerForModule(void *Out, void *Module, unsigned OptLevel,
                                   char **Error) {
  return *(int *)Out + *(int *)Module + (int)OptLevel + (*Error)[0];
}
int LLVMCreateExecutionEngineForModule(void *Out, void *Module, char **Error) {
  return *(int *)Out + *(int *)Module + (*Error)[0];
}
void *LLVMOrcCreateRTDyldObjectLinkingLayerWithSectionMemoryManager(void *ES) {
  return (char *)ES + 1;
}
void *LLVMOrcCreateLLJIT(void **Result, void *Builder) {
  *Result = (char *)*Result + *(int *)Builder - 17;
  return *Result;
}
// llvm::EngineBuilder::create(llvm::TargetMachine *)
void *_ZN4llvm13EngineBuilder6createEPNS_13TargetMachineE(void *Builder,
                                                          void *Machine) {
  return (char *)Builder + *(int *)Machine;
}
