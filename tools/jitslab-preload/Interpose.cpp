//===- Interpose.cpp - The functions of LLVM that are interposed ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Each function is defined once for each version of LLVM, with the symbol
// version that this LLVM's shared library gives it. So the dynamic linker
// itself tells which LLVM a call is for; and a process without LLVM does not
// find these symbols, because dlsym does not see versions that are no default.
//
// C entry points are interposed beside EngineBuilder::create because calls
// within libLLVM are bound when it is linked.

#include "Dispatch.h"
#include <cstddef>

using namespace jitslab;

/// Asks for the caller of the function that this is used in.
#define JITSLAB_RESOLVE(VERSION, NAME, OWN)                                    \
  resolve(VERSION, NAME, reinterpret_cast<const void *>(OWN),                  \
          __builtin_return_address(0))

template <typename Result, typename... Arguments>
static Result callLLVM(const Call &C, Result IfGone, Arguments... Args) {
  if (!C.Function)
    return IfGone;
  return reinterpret_cast<Result (*)(Arguments...)>(C.Function)(Args...);
}

template <typename Result, typename... Arguments>
static Result createEngine(const Call &C, Result IfGone, Arguments... Args) {
  if (C.Backend)
    C.Backend->PrepareMCJIT();
  return callLLVM(C, IfGone, Args...);
}

template <typename... Arguments>
static void *createLayer(const Call &C, void *Session, Arguments... Args) {
  if (C.Backend)
    if (void *Layer = C.Backend->CreateRTDyldLayer(Session))
      return Layer;
  return callLLVM<void *>(C, nullptr, Session, Args...);
}

/// What the version script finds; without an explicit version it stays local.
#define JITSLAB_VISIBLE __attribute__((visibility("default")))

/// Gives the function LOCAL the name NAME in version NODE.
#define JITSLAB_EXPORT(LOCAL, NAME, NODE)                                      \
  __asm__(".symver " #LOCAL ", " NAME "@" NODE)

// llvm::EngineBuilder::create(llvm::TargetMachine *)
#define JITSLAB_CREATE "_ZN4llvm13EngineBuilder6createEPNS_13TargetMachineE"
#define JITSLAB_CREATE_MCJIT "LLVMCreateMCJITCompilerForModule"
#define JITSLAB_CREATE_JIT "LLVMCreateJITCompilerForModule"
#define JITSLAB_CREATE_ENGINE "LLVMCreateExecutionEngineForModule"
#define JITSLAB_CREATE_LAYER                                                   \
  "LLVMOrcCreateRTDyldObjectLinkingLayerWithSectionMemoryManager"
#define JITSLAB_CREATE_RESERVING_LAYER JITSLAB_CREATE_LAYER "ReserveAlloc"

#define JITSLAB_INTERPOSE(NODE, MAJOR)                                         \
  static LLVMVersion LLVM##MAJOR(NODE, MAJOR);                                 \
  extern "C" {                                                                 \
  JITSLAB_VISIBLE void *jitslabCreate##MAJOR(void *Builder, void *Machine) {   \
    Call C =                                                                   \
        JITSLAB_RESOLVE(LLVM##MAJOR, JITSLAB_CREATE, jitslabCreate##MAJOR);    \
    return createEngine<void *>(C, nullptr, Builder, Machine);                 \
  }                                                                            \
  JITSLAB_VISIBLE int jitslabCreateMCJIT##MAJOR(void *Out, void *Module,       \
                                                void *Options,                 \
                                                size_t OptionsSize,            \
                                                char **Error) {                \
    Call C = JITSLAB_RESOLVE(LLVM##MAJOR, JITSLAB_CREATE_MCJIT,                \
                             jitslabCreateMCJIT##MAJOR);                       \
    return createEngine(C, 1, Out, Module, Options, OptionsSize, Error);       \
  }                                                                            \
  JITSLAB_VISIBLE int jitslabCreateJIT##MAJOR(void *Out, void *Module,         \
                                              unsigned OptLevel,               \
                                              char **Error) {                  \
    Call C = JITSLAB_RESOLVE(LLVM##MAJOR, JITSLAB_CREATE_JIT,                  \
                             jitslabCreateJIT##MAJOR);                         \
    return createEngine(C, 1, Out, Module, OptLevel, Error);                   \
  }                                                                            \
  JITSLAB_VISIBLE int jitslabCreateEngine##MAJOR(void *Out, void *Module,      \
                                                 char **Error) {               \
    Call C = JITSLAB_RESOLVE(LLVM##MAJOR, JITSLAB_CREATE_ENGINE,               \
                             jitslabCreateEngine##MAJOR);                      \
    return createEngine(C, 1, Out, Module, Error);                             \
  }                                                                            \
  JITSLAB_VISIBLE void *jitslabCreateLayer##MAJOR(void *Session) {             \
    Call C = JITSLAB_RESOLVE(LLVM##MAJOR, JITSLAB_CREATE_LAYER,                \
                             jitslabCreateLayer##MAJOR);                       \
    return createLayer(C, Session);                                            \
  }                                                                            \
  }                                                                            \
  JITSLAB_EXPORT(jitslabCreate##MAJOR, JITSLAB_CREATE, NODE);                  \
  JITSLAB_EXPORT(jitslabCreateMCJIT##MAJOR, JITSLAB_CREATE_MCJIT, NODE);       \
  JITSLAB_EXPORT(jitslabCreateJIT##MAJOR, JITSLAB_CREATE_JIT, NODE);           \
  JITSLAB_EXPORT(jitslabCreateEngine##MAJOR, JITSLAB_CREATE_ENGINE, NODE);     \
  JITSLAB_EXPORT(jitslabCreateLayer##MAJOR, JITSLAB_CREATE_LAYER, NODE)

#define JITSLAB_INTERPOSE_RESERVING(NODE, MAJOR)                               \
  extern "C" JITSLAB_VISIBLE void *jitslabCreateReservingLayer##MAJOR(         \
      void *Session, int Reserve) {                                            \
    Call C = JITSLAB_RESOLVE(LLVM##MAJOR, JITSLAB_CREATE_RESERVING_LAYER,      \
                             jitslabCreateReservingLayer##MAJOR);              \
    return createLayer(C, Session, Reserve);                                   \
  }                                                                            \
  JITSLAB_EXPORT(jitslabCreateReservingLayer##MAJOR,                           \
                 JITSLAB_CREATE_RESERVING_LAYER, NODE)

// Both for each supported version; CMakeLists.txt makes it.
#include "Interposed.inc"
