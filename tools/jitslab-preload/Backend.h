//===- Backend.h - Between the preload and its backends ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_BACKEND_H
#define JITSLAB_TOOLS_PRELOAD_BACKEND_H

namespace jitslab {

/// What came of something that a host has LLVM make.
struct ServeResult {
  /// Null: it has memory from the arena. Otherwise why not, a string that is
  /// never freed; it is as if there were no preload then.
  const char *WhyNot = nullptr;
  /// True: to be told to every user, not only to those who ask.
  bool IsError = false;
};

/// What libjitslab-preload-llvmN.so does for libjitslab-preload.so, which knows
/// no LLVM: its pointers to void are to what the comments say. All functions
/// may be called from any thread, and do not throw.
struct PreloadBackend {
  /// An object inside the libLLVM that this backend is bound to. Functions of
  /// another copy of the same version must not be served.
  const void *InsideLLVM;

  /// True if an engine was served in this process, an object of an engine that
  /// it has from before a fork, or a manager of the host's.
  bool (*HasServed)();

  /// Sets the arguments with which an MCJIT is made: a
  /// std::shared_ptr<MCJITMemoryManager>, which is null or a
  /// SectionMemoryManager of no derived class, and one to a
  /// LegacyJITSymbolResolver, if the host has set none.
  ServeResult (*ServeMCJIT)(void *Manager, void *Resolver);

  /// \returns the SectionMemoryManager::MemoryMapper for managers whose host
  /// has given them none; null: LLVM's own. It maps memory as LLVM does until
  /// MapInArena is called: from then on in an arena.
  void *(*Mapper)();
  void (*MapInArena)();

  /// Makes \p Layer, an orc::ObjectLayer, for an orc::ExecutionSession.
  ServeResult (*CreateRTDyldLayer)(void *Session, void **Layer);
  ServeResult (*CreateJITLinkLayer)(void *Session, void **Layer);

  /// Has the host of an orc::LLJITBuilderState left to LLVM how objects get
  /// their memory? To be called before prepareForConstruction.
  ServeResult (*MayServeLLJIT)(const void *State);

  /// Replaces what prepareForConstruction has chosen.
  ServeResult (*ServeLLJIT)(void *State);

  /// LLVMOrcCreateLLJIT, by way of prepareForConstruction, as if the caller had
  /// called it.
  void *(*CreateLLJIT)(void **Result, void *Builder);

  /// Changes an orc::SimpleRemoteEPC::Setup whose host has left to LLVM how
  /// objects get memory in an executor: they get it from an arena there, if the
  /// executor has the service for that.
  ServeResult (*ServeRemote)(void *Setup);
};

/// The one function that a backend exports. The number in its name changes with
/// PreloadBackend, so that a backend of another build is not misunderstood.
#define JITSLAB_PRELOAD_BACKEND jitslab_preload_backend_4
#define JITSLAB_PRELOAD_BACKEND_NAME "jitslab_preload_backend_4"
using PreloadBackendFn = const PreloadBackend *();

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_BACKEND_H
