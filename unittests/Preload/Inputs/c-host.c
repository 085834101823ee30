//===- c-host.c - A host of LLVM's C interface --------------------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// c-host MODE [OBJECT]: compiles "int triple(int X) { return X * Factor; }" the
// way that MODE says, or links OBJECT, which has it; calls it and prints what
// it returns.

#include "c-host.h"
#include <llvm-c/Core.h>
#include <llvm-c/ExecutionEngine.h>
#include <llvm-c/LLJIT.h>
#include <llvm-c/Orc.h>
#include <llvm-c/OrcEE.h>
#include <llvm-c/Target.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef int TripleFn(int);

static int report(uint64_t Address) {
  TripleFn *Triple = (TripleFn *)(uintptr_t)Address;
  printf("triple(14) = %d\n", Triple(14));
  fflush(stdout);
  return 0;
}

static int failed(const char *What) {
  printf("failed: %s\n", What);
  return 1;
}

static LLVMModuleRef makeModule(LLVMContextRef Context) {
  LLVMModuleRef M = LLVMModuleCreateWithNameInContext("host", Context);
  LLVMTypeRef Int = LLVMInt32TypeInContext(Context);
  LLVMValueRef Factor = LLVMAddGlobal(M, Int, "Factor");
  LLVMSetInitializer(Factor, LLVMConstInt(Int, 3, 0));
  LLVMValueRef F =
      LLVMAddFunction(M, "triple", LLVMFunctionType(Int, &Int, 1, 0));
  LLVMBuilderRef B = LLVMCreateBuilderInContext(Context);
  LLVMPositionBuilderAtEnd(B,
                           LLVMAppendBasicBlockInContext(Context, F, "entry"));
  LLVMBuildRet(B, LLVMBuildMul(B, LLVMGetParam(F, 0),
                               LLVMBuildLoad2(B, Int, Factor, ""), ""));
  LLVMDisposeBuilder(B);
  return M;
}

// A manager of the host's own: one mapping, never given back.
static uint8_t *OwnMemory;
static size_t OwnUsed;
enum { OwnSize = 1 << 20 };

static uint8_t *allocateOwn(size_t Size, unsigned Alignment) {
  OwnUsed = (OwnUsed + Alignment - 1) / Alignment * Alignment + Size;
  return OwnMemory + OwnUsed - Size;
}
static uint8_t *allocateCode(void *Opaque, uintptr_t Size, unsigned Alignment,
                             unsigned ID, const char *Name) {
  (void)Opaque, (void)ID, (void)Name;
  return allocateOwn(Size, Alignment);
}
static uint8_t *allocateData(void *Opaque, uintptr_t Size, unsigned Alignment,
                             unsigned ID, const char *Name, LLVMBool ReadOnly) {
  (void)Opaque, (void)ID, (void)Name, (void)ReadOnly;
  return allocateOwn(Size, Alignment);
}
static LLVMBool finalizeOwn(void *Opaque, char **Error) {
  (void)Opaque, (void)Error;
  printf("the host's own manager\n");
  return mprotect(OwnMemory, OwnSize, PROT_READ | PROT_EXEC) != 0;
}
static void destroyOwn(void *Opaque) { (void)Opaque; }

static int runMCJIT(const char *Mode) {
  LLVMContextRef Context = LLVMContextCreate();
  LLVMExecutionEngineRef Engine;
  char *Error = NULL;
  LLVMBool Bad;
  if (!strcmp(Mode, "engine")) {
    Bad = LLVMCreateExecutionEngineForModule(&Engine, makeModule(Context),
                                             &Error);
  } else if (!strcmp(Mode, "jit")) {
    Bad =
        LLVMCreateJITCompilerForModule(&Engine, makeModule(Context), 2, &Error);
  } else {
    struct LLVMMCJITCompilerOptions Options;
    LLVMInitializeMCJITCompilerOptions(&Options, sizeof(Options));
    if (!strcmp(Mode, "mcjit-own")) {
      OwnMemory = mmap(NULL, OwnSize, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      Options.MCJMM = LLVMCreateSimpleMCJITMemoryManager(
          NULL, allocateCode, allocateData, finalizeOwn, destroyOwn);
    }
    Bad = LLVMCreateMCJITCompilerForModule(&Engine, makeModule(Context),
                                           &Options, sizeof(Options), &Error);
  }
  if (Bad)
    return failed(Error);
  int Status = report(LLVMGetFunctionAddress(Engine, "triple"));
  LLVMDisposeExecutionEngine(Engine);
  LLVMContextDispose(Context);
  return Status;
}

static LLVMOrcObjectLayerRef
createLayer(void *Mode, LLVMOrcExecutionSessionRef ES, const char *Triple) {
  (void)Triple;
#ifdef HOST_HAS_LAYERS_OF_22
  if (!strcmp(Mode, "orc-reserve"))
    return LLVMOrcCreateRTDyldObjectLinkingLayerWithSectionMemoryManagerReserveAlloc(
        ES, 1);
  if (!strcmp(Mode, "orc-jitlink")) {
    LLVMOrcObjectLayerRef Layer;
    LLVMErrorRef Error =
        LLVMOrcCreateObjectLinkingLayerWithInProcessMemoryManager(&Layer, ES);
    if (Error)
      abort();
    return Layer;
  }
#endif
  (void)Mode;
  return LLVMOrcCreateRTDyldObjectLinkingLayerWithSectionMemoryManager(ES);
}

static int failedOrc(LLVMErrorRef Error) {
  return failed(LLVMGetErrorMessage(Error));
}

static int runOrc(char *Mode, const char *Path) {
  LLVMOrcLLJITBuilderRef Builder =
      strcmp(Mode, "lljit") ? LLVMOrcCreateLLJITBuilder() : NULL;
  if (!strncmp(Mode, "orc", 3))
    LLVMOrcLLJITBuilderSetObjectLinkingLayerCreator(Builder, createLayer, Mode);
  LLVMOrcLLJITRef J;
  LLVMErrorRef Error = LLVMOrcCreateLLJIT(&J, Builder);
  if (Error)
    return failedOrc(Error);
  LLVMMemoryBufferRef Object;
  char *Message;
  if (LLVMCreateMemoryBufferWithContentsOfFile(Path, &Object, &Message))
    return failed(Message);
  Error = LLVMOrcLLJITAddObjectFile(J, LLVMOrcLLJITGetMainJITDylib(J), Object);
  if (Error)
    return failedOrc(Error);
  LLVMOrcExecutorAddress Address;
  Error = LLVMOrcLLJITLookup(J, &Address, "triple");
  if (Error)
    return failedOrc(Error);
  int Status = report(Address);
  Error = LLVMOrcDisposeLLJIT(J);
  return Error ? failedOrc(Error) : Status;
}

int runHost(int Count, char **Arguments) {
  LLVMLinkInMCJIT();
  LLVMInitializeNativeTarget();
  LLVMInitializeNativeAsmPrinter();
  if (Count == 3)
    return runOrc(Arguments[1], Arguments[2]);
  if (Count != 2)
    return failed("c-host MODE [OBJECT]");
  return runMCJIT(Arguments[1]);
}
