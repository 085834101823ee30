//===- c-host.c - The smallest MCJIT host in C ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../common/TripleModuleC.h"
#include "jitslab-c/jitslab.h"
#include "llvm-c/Core.h"
#include <stdio.h>
#include <stdlib.h>

static void exitOnError(LLVMErrorRef Err) {
  if (!Err)
    return;
  fprintf(stderr, "c-host: %s\n", LLVMGetErrorMessage(Err));
  exit(EXIT_FAILURE);
}

static void run(LLVMModuleRef Module) {
  char *Message = NULL;
  // quote begin c-mcjit
  JitslabArenaRef Arena;
  exitOnError(JitslabCreateArena(&Arena, /*Options=*/NULL));
  LLVMMCJITMemoryManagerRef Manager;
  exitOnError(JitslabCreateMCJITMemoryManager(&Manager, Arena));
  struct LLVMMCJITCompilerOptions Options;
  LLVMInitializeMCJITCompilerOptions(&Options, sizeof(Options));
  Options.MCJMM = Manager; // the line to add; the engine owns it
  LLVMExecutionEngineRef Engine;
  if (LLVMCreateMCJITCompilerForModule(&Engine, Module, &Options,
                                       sizeof(Options), &Message))
    exitOnError(LLVMCreateStringError(Message));
  uint64_t Address = LLVMGetFunctionAddress(Engine, "triple");
  exitOnError(JitslabMCJITMemoryManagerTakeError(Manager)); // MCJIT drops it
  int (*Triple)(int) = (int (*)(int))(uintptr_t)Address;
  // quote end c-mcjit
  printf("triple(14) = %d\n", Triple(14));

  JitslabArenaStats Stats;
  Stats.Size = sizeof(Stats);
  exitOnError(JitslabArenaGetStats(Arena, &Stats));
  printf("objects in the arena: %d\n", (int)Stats.LiveObjects);
  LLVMDisposeExecutionEngine(Engine);
  JitslabDisposeArena(Arena);
}

int main(void) {
  initializeExampleTarget();
  LLVMLinkInMCJIT();
  LLVMContextRef Context = LLVMContextCreate();
  run(makeTripleModule(Context));
  LLVMContextDispose(Context);
  return EXIT_SUCCESS;
}
