//===- orc-c-host.c - An LLJIT host in C with a layer on an arena ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../common/TripleObjectC.h"
#include "jitslab-c/jitslab.h"
#include "llvm-c/LLJIT.h"
#include "llvm-c/OrcEE.h"
#include <stdio.h>
#include <stdlib.h>

static void exitOnError(LLVMErrorRef Err) {
  if (!Err)
    return;
  fprintf(stderr, "orc-c-host: %s\n", LLVMGetErrorMessage(Err));
  exit(EXIT_FAILURE);
}

// quote begin orc-c-layer
static LLVMOrcObjectLayerRef createLayer(void *Arena,
                                         LLVMOrcExecutionSessionRef Session,
                                         const char *Triple) {
  LLVMOrcObjectLayerRef Layer =
      JitslabCreateRTDyldObjectLinkingLayer(Arena, Session, Triple);
  if (!JitslabGetLastError()) // What stands in for a layer takes no listeners.
    LLVMOrcRTDyldObjectLinkingLayerRegisterJITEventListener(
        Layer, LLVMCreateGDBRegistrationListener());
  return Layer;
}
// quote end orc-c-layer

static int isAnyLive(JitslabArenaRef Arena) {
  JitslabArenaStats Stats;
  Stats.Size = sizeof(Stats);
  exitOnError(JitslabArenaGetStats(Arena, &Stats));
  return Stats.LiveObjects != 0;
}

static void run(LLVMMemoryBufferRef Object) {
  // quote begin orc-c
  JitslabArenaOptions Options;
  JitslabInitializeArenaOptions(&Options, sizeof(Options));
  Options.ObjectLayout = JitslabLayoutPerProtection;
  JitslabArenaRef Arena;
  exitOnError(JitslabCreateArena(&Arena, &Options));
  LLVMOrcLLJITBuilderRef Builder = LLVMOrcCreateLLJITBuilder();
  LLVMOrcLLJITBuilderSetObjectLinkingLayerCreator(Builder, createLayer, Arena);
  LLVMOrcLLJITRef JIT;
  exitOnError(LLVMOrcCreateLLJIT(&JIT, Builder));
  LLVMOrcJITDylibRef Main = LLVMOrcLLJITGetMainJITDylib(JIT);
  exitOnError(LLVMOrcLLJITAddObjectFile(JIT, Main, Object));
  LLVMOrcExecutorAddress Address;
  exitOnError(LLVMOrcLLJITLookup(JIT, &Address, "triple"));
  int (*Triple)(int) = (int (*)(int))(uintptr_t)Address;
  // quote end orc-c
  printf("triple(14) = %d\n", Triple(14));

  int Before = isAnyLive(Arena);
  exitOnError(LLVMOrcDisposeLLJIT(JIT));
  int After = isAnyLive(Arena);
  printf("live while the JIT is: %s, after it: %s\n", Before ? "yes" : "no",
         After ? "yes" : "no");
  JitslabDisposeArena(Arena);
}

int main(void) {
  initializeExampleTarget();
  char *Message = NULL;
  LLVMMemoryBufferRef Object = makeTripleObject(&Message);
  if (!Object) {
    fprintf(stderr, "orc-c-host: %s\n", Message);
    return EXIT_FAILURE;
  }
  run(Object);
  return EXIT_SUCCESS;
}
