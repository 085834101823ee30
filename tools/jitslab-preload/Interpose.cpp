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
// C entry points are interposed beside those of C++ because calls within
// libLLVM are bound when it is linked.

#include "MCJITHook.h"
#include "Report.h"
#include <cstddef>
#include <cstdint>

using namespace jitslab;

namespace jitslab {
/// An llvm::Error. As that, it is not trivial, so that the C++ ABI returns it
/// the same way.
struct ErrorResult {
  void *Payload = nullptr;

  ErrorResult() = default;
  ErrorResult(ErrorResult &&Other) noexcept : Payload(Other.Payload) {}
  ~ErrorResult() {}

  /// LLVMs that check how errors are used have a flag in the lowest bit.
  bool isSuccess() const {
    return (reinterpret_cast<uintptr_t>(Payload) & ~uintptr_t(1)) == 0;
  }
};
} // namespace jitslab

template <typename Result, typename... Arguments>
static Result callLLVM(const Call &C, Arguments... Args) {
  return reinterpret_cast<Result (*)(Arguments...)>(C.Function)(Args...);
}

static const PreloadBackend *backend(const Call &C) {
  return backend(C.Version, C.Function);
}

template <typename Result, typename... Arguments>
static Result createEngine(const Call &C, Result IfGone, Arguments... Args) {
  if (!C.Function)
    return IfGone;
  hookMCJIT(C);
  return callLLVM<Result>(C, Args...);
}

/// Makes what is \p Served.
static void *createLayer(const Call &C,
                         ServeResult (*PreloadBackend::*Served)(void *,
                                                                void **),
                         void *Session) {
  void *Layer = nullptr;
  if (const PreloadBackend *Backend = backend(C))
    note(C.Version, (Backend->*Served)(Session, &Layer));
  return Layer;
}

template <typename... Arguments>
static void *createRTDyldLayer(const Call &C, void *Session,
                               Arguments... Args) {
  if (!C.Function)
    return nullptr;
  if (void *Layer = createLayer(C, &PreloadBackend::CreateRTDyldLayer, Session))
    return Layer;
  return callLLVM<void *>(C, Session, Args...);
}

/// \returns an LLVMErrorRef, null for success.
static void *createJITLinkLayer(const Call &C, void **Result, void *Session) {
  if (!C.Function)
    return nullptr;
  *Result = createLayer(C, &PreloadBackend::CreateJITLinkLayer, Session);
  return *Result ? nullptr : callLLVM<void *>(C, Result, Session);
}

/// An LLJIT's builder calls this first, before it makes the LLJIT as its state
/// says. LLVM's own function decides how to link if the host has not.
static ErrorResult prepareLLJIT(const Call &C, void *State) {
  if (!C.Function)
    return {};
  const PreloadBackend *Backend = backend(C);
  ServeResult Before = Backend ? Backend->MayServeLLJIT(State) : ServeResult();
  ErrorResult Prepared = callLLVM<ErrorResult>(C, State);
  if (Backend && Prepared.isSuccess())
    note(C.Version, Before.WhyNot ? Before : Backend->ServeLLJIT(State));
  return Prepared;
}

/// \returns an LLVMErrorRef, null for success.
static void *createLLJIT(const Call &C, void **Result, void *Builder) {
  if (!C.Function)
    return nullptr;
  if (const PreloadBackend *Backend = backend(C))
    return Backend->CreateLLJIT(Result, Builder);
  return callLLVM<void *>(C, Result, Builder);
}

/// A SectionMemoryManager is constructed, or what it is in a class that the
/// host has derived from it.
template <typename... Arguments>
static void constructManager(const Call &C, void *Manager, void *Mapper,
                             Arguments... Args) {
  if (!C.Function)
    return;
  const PreloadBackend *Backend = Mapper ? nullptr : backend(C);
  if (Backend && (Mapper = Backend->Mapper()))
    C.Version.HasMapped = true;
  callLLVM<void>(C, Manager, Mapper, Args...);
}

/// A connection to an executor is made as \p Setup says.
static ErrorResult setUpRemote(const Call &C, void *EPC, void *Setup) {
  if (!C.Function)
    return {};
  if (const PreloadBackend *Backend = backend(C))
    note(C.Version, Backend->ServeRemote(Setup));
  return callLLVM<ErrorResult>(C, EPC, Setup);
}

/// What ExecutionEngine::MCJITCtor is replaced with.
template <LLVMVersion &Version>
static void *constructMCJIT(void *Module, void *Message, void *Manager,
                            void *Resolver, void *Machine) {
  return createMCJIT(Version, Module, Message, Manager, Resolver, Machine);
}

/// Defines a function LOCAL that is LLVM's SYMBOL in version NODE: calls SERVE
/// with the Call and the further arguments. Without an explicit version it
/// stays local.
#define JITSLAB_FUNCTION(NODE, MAJOR, LOCAL, SYMBOL, LABEL, RESULT,            \
                         PARAMETERS, SERVE, ...)                               \
  static EntryPoint LOCAL##Entry##MAJOR(LLVM##MAJOR, SYMBOL, LABEL);           \
  __attribute__((visibility(                                                   \
      "default"))) RESULT LOCAL##MAJOR PARAMETERS __asm__(#LOCAL #MAJOR);      \
  RESULT LOCAL##MAJOR PARAMETERS {                                             \
    Call C = resolve(LOCAL##Entry##MAJOR,                                      \
                     reinterpret_cast<const void *>(LOCAL##MAJOR),             \
                     __builtin_return_address(0));                             \
    return SERVE(C, __VA_ARGS__);                                              \
  }                                                                            \
  __asm__(".symver " #LOCAL #MAJOR ", " SYMBOL "@" NODE)

/// The same for a function of the C interface, which users know by its symbol.
#define JITSLAB_C_FUNCTION(NODE, MAJOR, LOCAL, SYMBOL, ...)                    \
  JITSLAB_FUNCTION(NODE, MAJOR, LOCAL, SYMBOL, SYMBOL, __VA_ARGS__)

/// A constructor of SectionMemoryManager, VARIANT C1 or C2 of the C++ ABI.
#define JITSLAB_MANAGER(NODE, MAJOR, LOCAL, VARIANT)                           \
  JITSLAB_FUNCTION(                                                            \
      NODE, MAJOR, LOCAL,                                                      \
      "_ZN4llvm20SectionMemoryManager" VARIANT "EPNS0_12MemoryMapperE",        \
      "SectionMemoryManager", void, (void *Manager, void *Mapper),             \
      constructManager, Manager, Mapper)

#define JITSLAB_RESERVING_MANAGER(NODE, MAJOR, LOCAL, VARIANT)                 \
  JITSLAB_FUNCTION(NODE, MAJOR, LOCAL,                                         \
                   "_ZN4llvm20SectionMemoryManager" VARIANT                    \
                   "EPNS0_12MemoryMapperEb",                                   \
                   "SectionMemoryManager", void,                               \
                   (void *Manager, void *Mapper, bool Reserve),                \
                   constructManager, Manager, Mapper, Reserve)

#define JITSLAB_INTERPOSE(NODE, MAJOR)                                         \
  static LLVMVersion LLVM##MAJOR(NODE, MAJOR, constructMCJIT<LLVM##MAJOR>);    \
  JITSLAB_FUNCTION(NODE, MAJOR, jitslabCreate,                                 \
                   "_ZN4llvm13EngineBuilder6createEPNS_13TargetMachineE",      \
                   "EngineBuilder::create", void *,                            \
                   (void *Builder, void *Machine), createEngine,               \
                   static_cast<void *>(nullptr), Builder, Machine);            \
  JITSLAB_C_FUNCTION(NODE, MAJOR, jitslabCreateMCJIT,                          \
                     "LLVMCreateMCJITCompilerForModule", int,                  \
                     (void *Out, void *Module, void *Options,                  \
                      size_t OptionsSize, char **Error),                       \
                     createEngine, 1, Out, Module, Options, OptionsSize,       \
                     Error);                                                   \
  JITSLAB_C_FUNCTION(                                                          \
      NODE, MAJOR, jitslabCreateJIT, "LLVMCreateJITCompilerForModule", int,    \
      (void *Out, void *Module, unsigned OptLevel, char **Error),              \
      createEngine, 1, Out, Module, OptLevel, Error);                          \
  JITSLAB_C_FUNCTION(NODE, MAJOR, jitslabCreateEngine,                         \
                     "LLVMCreateExecutionEngineForModule", int,                \
                     (void *Out, void *Module, char **Error), createEngine, 1, \
                     Out, Module, Error);                                      \
  JITSLAB_C_FUNCTION(                                                          \
      NODE, MAJOR, jitslabCreateLayer,                                         \
      "LLVMOrcCreateRTDyldObjectLinkingLayerWithSectionMemoryManager", void *, \
      (void *Session), createRTDyldLayer, Session);                            \
  JITSLAB_C_FUNCTION(NODE, MAJOR, jitslabCreateLLJIT, "LLVMOrcCreateLLJIT",    \
                     void *, (void **Result, void *Builder), createLLJIT,      \
                     Result, Builder);                                         \
  JITSLAB_FUNCTION(                                                            \
      NODE, MAJOR, jitslabPrepareLLJIT,                                        \
      "_ZN4llvm3orc17LLJITBuilderState22prepareForConstructionEv",             \
      "LLJITBuilder::create", ErrorResult, (void *State), prepareLLJIT,        \
      State);                                                                  \
  JITSLAB_FUNCTION(                                                            \
      NODE, MAJOR, jitslabPrepareLLLazyJIT,                                    \
      "_ZN4llvm3orc21LLLazyJITBuilderState22prepareForConstructionEv",         \
      "LLLazyJITBuilder::create", ErrorResult, (void *State), prepareLLJIT,    \
      State);                                                                  \
  JITSLAB_MANAGER(NODE, MAJOR, jitslabManager, "C1");                          \
  JITSLAB_MANAGER(NODE, MAJOR, jitslabBaseManager, "C2");                      \
  JITSLAB_RESERVING_MANAGER(NODE, MAJOR, jitslabReservingManager, "C1");       \
  JITSLAB_RESERVING_MANAGER(NODE, MAJOR, jitslabReservingBase, "C2")

// What LLVM 22 added.
#define JITSLAB_INTERPOSE_22(NODE, MAJOR)                                      \
  JITSLAB_C_FUNCTION(                                                          \
      NODE, MAJOR, jitslabCreateReservingLayer,                                \
      "LLVMOrcCreateRTDyldObjectLinkingLayerWithSectionMemoryManager"          \
      "ReserveAlloc",                                                          \
      void *, (void *Session, int Reserve), createRTDyldLayer, Session,        \
      Reserve);                                                                \
  JITSLAB_C_FUNCTION(                                                          \
      NODE, MAJOR, jitslabCreateJITLinkLayer,                                  \
      "LLVMOrcCreateObjectLinkingLayerWithInProcessMemoryManager", void *,     \
      (void **Result, void *Session), createJITLinkLayer, Result, Session)

// SimpleRemoteEPC::Create is a template, so hosts themselves call this. Until
// LLVM 18 there is nothing to serve it with; from 23 on it makes no memory
// managers.
#define JITSLAB_INTERPOSE_REMOTE(NODE, MAJOR)                                  \
  JITSLAB_FUNCTION(NODE, MAJOR, jitslabSetUpRemote,                            \
                   "_ZN4llvm3orc15SimpleRemoteEPC5setupENS1_5SetupE",          \
                   "SimpleRemoteEPC::Create", ErrorResult,                     \
                   (void *EPC, void *Setup), setUpRemote, EPC, Setup)

// All for each supported version that has it; CMakeLists.txt makes it.
#include "Interposed.inc"
