//===- MCJITHook.cpp - Where LLVM makes an MCJIT --------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Every MCJIT is made through a pointer to a function, whichever function of
// LLVM the host calls. It is replaced here and not by a backend, so that a host
// that has a memory manager need not load one.

#include "MCJITHook.h"
#include "Report.h"

namespace jitslab {

// llvm::ExecutionEngine::MCJITCtor
static constexpr char ConstructorName[] =
    "_ZN4llvm15ExecutionEngine9MCJITCtorB5cxx11E";

// No lock, as in backend: threads that come here at the same time write the
// same values.
void hookMCJIT(const Call &C) {
  LLVMVersion &Version = C.Version;
  if (!C.Function || Version.LLVMConstructor.load(std::memory_order_acquire))
    return;
  auto **Place = static_cast<MCJITFn **>(
      findVariable(Version, ConstructorName, C.Function));
  if (!Place) {
    note(Version, {"it makes its engines another way than is known"});
    return;
  }
  MCJITFn *Current = __atomic_load_n(Place, __ATOMIC_ACQUIRE);
  // Null where MCJIT is not linked in: nothing can be created then.
  if (!Current || Current == Version.Constructor)
    return;
  Version.LLVMConstructor.store(Current, std::memory_order_release);
  __atomic_store_n(Place, Version.Constructor, __ATOMIC_RELEASE);
}

// The table of virtual functions of llvm::SectionMemoryManager
static constexpr char ManagerName[] = "_ZTVN4llvm20SectionMemoryManagerE";

/// Is \p Manager, a class with virtual functions, LLVM's own and of no class
/// that the host has derived from it?
static bool isPlain(const LLVMVersion &Version, MCJITFn *Constructor,
                    const void *Manager) {
  auto *const *Table = static_cast<void *const *>(findVariable(
      Version, ManagerName, reinterpret_cast<const void *>(Constructor)));
  // Two words come before the functions.
  return Table && *static_cast<void *const *const *>(Manager) == Table + 2;
}

void *createMCJIT(LLVMVersion &Version, void *Module, void *Message,
                  void *Manager, void *Resolver, void *Machine) {
  MCJITFn *Constructor =
      Version.LLVMConstructor.load(std::memory_order_acquire);
  static constexpr char OwnManager[] =
      "the host has a memory manager of its own";
  // A shared pointer begins with the pointer.
  const void *Given = *static_cast<void *const *>(Manager);
  bool IsOwn = Given && !isPlain(Version, Constructor, Given);
  const PreloadBackend *Backend =
      !IsOwn || Version.HasMapped
          ? backend(Version, reinterpret_cast<const void *>(Constructor))
          : nullptr;
  if (Backend && IsOwn) {
    // It is or has a SectionMemoryManager: it stays, and maps in an arena.
    Backend->MapInArena();
    noteInCase(Version, OwnManager);
  } else if (Backend) {
    note(Version, Backend->ServeMCJIT(Manager, Resolver));
  } else if (IsOwn) {
    note(Version, {OwnManager});
  }
  return Constructor(Module, Message, Manager, Resolver, Machine);
}

} // namespace jitslab
