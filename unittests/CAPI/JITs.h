//===- JITs.h - LLJITs for tests in C -----------------------------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_CAPI_JITS_H
#define JITSLAB_UNITTESTS_CAPI_JITS_H

#include "Arenas.h"
#include "llvm-c/Core.h"
#include "llvm-c/LLJIT.h"

// Of JitslabCreateRTDyldObjectLinkingLayer and JitslabCreateObjectLinkingLayer.
typedef LLVMOrcLLJITBuilderObjectLinkingLayerCreatorFunction Creator;

/// What the session's error reporter got.
static char Reported[4096];

static inline void keepReport(void *Context, LLVMErrorRef Err) {
  (void)Context;
  char *Text = LLVMGetErrorMessage(Err);
  strncat(Reported, Text, sizeof(Reported) - strlen(Reported) - 1);
  LLVMDisposeErrorMessage(Text);
}

static inline LLVMOrcLLJITRef makeJIT(Creator Create, void *Context) {
  LLVMOrcLLJITBuilderRef Builder = LLVMOrcCreateLLJITBuilder();
  LLVMOrcLLJITBuilderSetObjectLinkingLayerCreator(Builder, Create, Context);
  LLVMOrcLLJITRef JIT = NULL;
  CHECK_SUCCESS(LLVMOrcCreateLLJIT(&JIT, Builder));
  REQUIRE(JIT);
  LLVMOrcDefinitionGeneratorRef Process = NULL;
  CHECK_SUCCESS(LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess(
      &Process, LLVMOrcLLJITGetGlobalPrefix(JIT), NULL, NULL));
  LLVMOrcJITDylibAddGenerator(LLVMOrcLLJITGetMainJITDylib(JIT), Process);
  Reported[0] = '\0';
  LLVMOrcExecutionSessionSetErrorReporter(LLVMOrcLLJITGetExecutionSession(JIT),
                                          keepReport, NULL);
  return JIT;
}

/// Adds an object of unittests/Inputs.
static inline void addObject(LLVMOrcLLJITRef JIT, const char *Name) {
  char Path[1024];
  snprintf(Path, sizeof(Path), "%s/%s.o", JITSLAB_TEST_INPUTS, Name);
  LLVMMemoryBufferRef Buffer = NULL;
  char *Text = NULL;
  if (LLVMCreateMemoryBufferWithContentsOfFile(Path, &Buffer, &Text)) {
    fprintf(stderr, "%s: %s\n", Path, Text);
    LLVMDisposeMessage(Text);
  }
  REQUIRE(Buffer);
  CHECK_SUCCESS(
      LLVMOrcLLJITAddObjectFile(JIT, LLVMOrcLLJITGetMainJITDylib(JIT), Buffer));
}

static inline int call(LLVMOrcLLJITRef JIT, const char *Name, int X) {
  LLVMOrcExecutorAddress Address = 0;
  CHECK_SUCCESS(LLVMOrcLLJITLookup(JIT, &Address, Name));
  REQUIRE(Address);
  return ((int (*)(int))(uintptr_t)Address)(X);
}

#endif // JITSLAB_UNITTESTS_CAPI_JITS_H
