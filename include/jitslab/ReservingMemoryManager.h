//===- ReservingMemoryManager.h - RuntimeDyld from an arena -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A drop-in replacement for llvm::SectionMemoryManager, for MCJIT
/// (EngineBuilder::setMCJITMemoryManager) and for every other host of
/// RuntimeDyld (orc::RTDyldObjectLinkingLayer).
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_RESERVINGMEMORYMANAGER_H
#define JITSLAB_RESERVINGMEMORYMANAGER_H

#include "jitslab/ABI.h"
#include "jitslab/Arena.h"
#include "jitslab/LLVMCompat.h"
#include "llvm/ExecutionEngine/RTDyldMemoryManager.h"
#include <memory>
#include <string>

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// Places all sections of an object in one window of an arena, so that no
/// relocation between them can overflow.
///
/// One manager may serve an MCJIT engine with any number of modules, or one
/// object, as RTDyldObjectLinkingLayer makes them; managers may share an arena.
/// The destructor gives all memory back to the arena.
///
/// Large data (.lbss, .ldata and .lrodata of the medium and the large code
/// model) of an object that fits no window lies outside: each such section in a
/// mapping of its own, counted as ArenaStats::OutsideBytes. A relocation to or
/// from it that depends on distance is an error of finalizeMemory.
///
/// Errors. RuntimeDyld aborts the process when an allocation returns null, and
/// reserveAllocationSpace cannot return anything. An object that the arena has
/// no room for therefore gets scratch memory that is never executable and costs
/// next to nothing, what
/// code of it lies in the arena is replaced by traps, and the error is reported
/// by the next finalizeMemory. ORC passes it on; MCJIT
/// ignores what finalizeMemory returns, so its hosts should ask takeError after
/// finalizeObject. Other objects of the same engine are not affected.
///
/// Thread safety: as RuntimeDyld's, one thread at a time for each manager.
class JITSLAB_ABI ReservingMemoryManager : public llvm::RTDyldMemoryManager {
public:
  /// \p A must not be null.
  explicit ReservingMemoryManager(std::shared_ptr<Arena> A);
  ~ReservingMemoryManager() override;

  /// True, except while there is ample room, in the window with Layout::Dense
  /// and in the block of the batch with other layouts: sections of an object
  /// then lie side by side without having been announced, and RuntimeDyld need
  /// not spend the time to find out how large they are.
  bool needsToReserveAllocationSpace() override;

  /// Begins an object: takes one contiguous block for it, or goes on in the
  /// block of the objects before it that finalizeMemory will seal too. What
  /// does not fit there goes into a further block, and what is unused then goes
  /// back to the arena. Sizes and alignments in bytes.
  void reserveAllocationSpace(uintptr_t CodeSize, ReserveAlign CodeAlign,
                              uintptr_t RODataSize, ReserveAlign RODataAlign,
                              uintptr_t RWDataSize,
                              ReserveAlign RWDataAlign) override;

  /// A section of the object that was begun last. What does not fit into its
  /// block, because RuntimeDyld reserved less than it asks for, comes from the
  /// same window. Sizes and alignments in bytes; an alignment of 0 means 16, as
  /// in SectionMemoryManager. Never null while there is any memory at all.
  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Alignment,
                               unsigned SectionID,
                               llvm::StringRef SectionName) override;
  uint8_t *allocateDataSection(uintptr_t Size, unsigned Alignment,
                               unsigned SectionID, llvm::StringRef SectionName,
                               bool IsReadOnly) override;

  /// Thread-local sections are not supported by RuntimeDyld in a process that
  /// was not prepared for them: an error of finalizeMemory.
  TLSSection allocateTLSSection(uintptr_t Size, unsigned Alignment,
                                unsigned SectionID,
                                llvm::StringRef SectionName) override;

  using llvm::RTDyldMemoryManager::notifyObjectLoaded;

  /// Tells \p Dyld where sections run that are written elsewhere
  /// (Layout::Dense). RuntimeDyld calls it before it relocates anything. A
  /// manager that wraps this one has to pass it on: otherwise finalizeMemory
  /// reports an error where that matters, from the first object with EH frames
  /// on.
  void notifyObjectLoaded(llvm::RuntimeDyld &Dyld,
                          const llvm::object::ObjectFile &Object) override;

  /// Seals all objects since the last call: code r-x, read-only data r--, data
  /// rw-. \returns true, and the reasons in \p ErrMsg, if an object had no
  /// memory or could not be sealed; the latter is tried again by the next call.
  bool finalizeMemory(std::string *ErrMsg = nullptr) override;

  /// Makes frames known to the process's unwinder, unless ArenaOptions::
  /// RegisterFrames is false. RuntimeDyld calls it before finalizeMemory, which
  /// reports what failed here.
  void registerEHFrames(uint8_t *Addr, uint64_t LoadAddr, size_t Size) override;
  void deregisterEHFrames() override;

  /// Everything that failed since the last call of this function, whether or
  /// not finalizeMemory has reported it; success if nothing has. One error,
  /// with the texts of all of them; its class and code are the last one's
  /// (ArenaErrors.h).
  llvm::Error takeError();

private:
  struct State;
  std::unique_ptr<State> S;
};

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_RESERVINGMEMORYMANAGER_H
