//===- fake-host.c - Calls fake-llvm ------------------------------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "c-host.h"
#include <stddef.h>
#include <stdio.h>

int LLVMCreateMCJITCompilerForModule(void *, void *, void *, size_t, char **);
int LLVMCreateJITCompilerForModule(void *, void *, unsigned, char **);
int LLVMCreateExecutionEngineForModule(void *, void *, char **);
void *LLVMOrcCreateRTDyldObjectLinkingLayerWithSectionMemoryManager(void *);
void *LLVMOrcCreateLLJIT(void **, void *);
void *_ZN4llvm13EngineBuilder6createEPNS_13TargetMachineE(void *, void *);

int runHost(int Count, char **Arguments) {
  (void)Count, (void)Arguments;
  int A = 1, B = 20, C = 300;
  char Text[] = "A", *Error = Text;
  printf("%d %d %d",
         LLVMCreateMCJITCompilerForModule(&A, &B, &C, 4000, &Error) - 'A',
         LLVMCreateJITCompilerForModule(&A, &B, 500, &Error) - 'A',
         LLVMCreateExecutionEngineForModule(&A, &B, &Error) - 'A');
  char *Layer =
      LLVMOrcCreateRTDyldObjectLinkingLayerWithSectionMemoryManager(Text);
  char *Engine = _ZN4llvm13EngineBuilder6createEPNS_13TargetMachineE(Text, &B);
  void *JIT = Text;
  char *JITError = LLVMOrcCreateLLJIT(&JIT, &B);
  printf(" %d %d %d%d\n", (int)(Layer - Text), (int)(Engine - Text),
         (int)(JITError - Text), (int)((char *)JIT - Text));
  fflush(stdout);
  return 0;
}
