//===- Dispatch.h - Finds LLVM's functions and their backend ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_DISPATCH_H
#define JITSLAB_TOOLS_PRELOAD_DISPATCH_H

#include "Backend.h"
#include <atomic>

namespace jitslab {

/// What ExecutionEngine::MCJITCtor points to. Its parameters are a
/// std::unique_ptr<Module>, a std::string *, a
/// std::shared_ptr<MCJITMemoryManager>, a
/// std::shared_ptr<LegacyJITSymbolResolver> and a
/// std::unique_ptr<TargetMachine>; the C++ ABI passes the address of each of
/// these classes, because they are not trivial.
using MCJITFn = void *(void *Module, void *Message, void *Manager,
                       void *Resolver, void *Machine);

/// A version of LLVM, as its shared library names it.
struct LLVMVersion {
  /// The symbol version of everything in it: "LLVM_14", "LLVM_19.1".
  const char *Node;
  unsigned Major;
  /// What replaces LLVMConstructor.
  MCJITFn *Constructor;
  /// Null until something is to be served, then the backend, or one without
  /// functions.
  std::atomic<const PreloadBackend *> Backend{nullptr};
  /// Why Backend has no functions.
  std::atomic<const char *> WhyNoBackend{nullptr};
  /// LLVM's own function that makes an MCJIT; null until it is replaced.
  std::atomic<MCJITFn *> LLVMConstructor{nullptr};
  /// Has a SectionMemoryManager got the backend's mapper?
  std::atomic<bool> HasMapped{false};

  constexpr LLVMVersion(const char *Node, unsigned Major, MCJITFn *Constructor)
      : Node(Node), Major(Major), Constructor(Constructor) {}
};

/// A function of LLVM's that is interposed.
struct EntryPoint {
  LLVMVersion &Version;
  const char *Symbol;
  /// How a user knows it.
  const char *Label;
  /// Has it been called?
  std::atomic<bool> Seen{false};

  constexpr EntryPoint(LLVMVersion &Version, const char *Symbol,
                       const char *Label)
      : Version(Version), Symbol(Symbol), Label(Label) {}
};

/// A call that came to the preload instead of LLVM.
struct Call {
  LLVMVersion &Version;
  /// LLVM's function of that name. Null only if the library that has it is
  /// gone.
  void *Function;
};

/// Finds for whom a call of \p Entry was meant.
/// \p Caller: an address in the code of the caller, whose libraries decide.
/// \p Own: what the preload itself exports by that name.
Call resolve(EntryPoint &Entry, const void *Own, const void *Caller);

/// \returns who serves functions of the libLLVM that \p Inside is in, and loads
/// it the first time; null if nobody does, which is noted.
const PreloadBackend *backend(LLVMVersion &Version, const void *Inside);

/// For a child of a fork: if another thread of the parent was loading a
/// backend, no more are loaded.
void noticeForkInChild();

/// \returns the variable \p Name of the libLLVM that \p Inside is in, or null.
void *findVariable(const LLVMVersion &Version, const char *Name,
                   const void *Inside);

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_DISPATCH_H
