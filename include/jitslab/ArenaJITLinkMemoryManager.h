//===- ArenaJITLinkMemoryManager.h - JITLink from an arena ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The memory manager for ORC's JITLink: for an orc::ObjectLinkingLayer, or for
/// jitlink::link. LLJITSupport.h sets up an LLJIT with it in one call.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_ARENAJITLINKMEMORYMANAGER_H
#define JITSLAB_ARENAJITLINKMEMORYMANAGER_H

#include "jitslab/ABI.h"
#include "jitslab/Arena.h"
#include "jitslab/JITLinkPart.h"
#include "llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h"
#include <memory>

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

class InitFiniPlugin;

/// What an ArenaJITLinkMemoryManager does beyond taking memory.
struct ArenaJITLinkOptions {
  /// Sections of at least this many bytes that may lie anywhere are mapped
  /// outside the arena's windows, so that they do not use up reach; so are
  /// those named .nv_fatbin* and __nv_* of any size but 0. SIZE_MAX: never.
  ///
  /// A section stays inside when a single relocation to or from it depends on
  /// distance or takes an address of fewer than 64 bits, when it is executable,
  /// and, unless it has one of the names above or fits no window, when another
  /// object could refer to one of its symbols.
  size_t OutsideMinSize = size_t(1) << 20;

  /// Register the EH frames of each graph for C++ exceptions.
  /// createObjectLinkingLayer and useArena set it.
  ///
  /// False: those only that LLVM's EHFrameRegistrationPlugin would (LLVM 21 and
  /// later), which this manager does in its place. With LLVM 19 and 20, true
  /// must not meet that plugin, or frames are registered twice.
  bool RegisterFrames = false;

  /// What runs static constructors and destructors of objects, in the layers
  /// that LLJITSupport.h makes. Null: such objects are an error, unless the
  /// session has a platform that runs them (that of the ORC runtime).
  std::shared_ptr<InitFiniPlugin> Statics = nullptr;

  /// Each JITDylib has windows of its own, so that its objects reach each other
  /// whatever others load: code that refers to hidden symbols of other objects
  /// by distance needs that. An arena that may grow adds them when the first
  /// object of a JITDylib comes, and its own window serves graphs that are
  /// linked without one. Once nothing of a JITDylib is loaded any more (when it
  /// was removed or cleared), its windows go. ArenaOptions::Grow has to be
  /// true.
  bool WindowPerJITDylib = false;

  /// With WindowPerJITDylib, when the window of a JITDylib is full. True: it
  /// gets a further one, in which a reference by distance to an object of the
  /// first is an error of JITLink's; all other objects load. False: an object
  /// that has no room in it is an ArenaFullError.
  bool GrowPerJITDylib = true;
};

/// The name before 1.0. Deprecated; it stays for 1.x.
using JITLinkOptions = ArenaJITLinkOptions;

/// Places each graph in one window of an arena, so that no relocation between
/// its segments can overflow. Graphs of one window reach each other too.
///
/// A failed finalize and an abandoned allocation give all their memory back.
/// Finalize-lifetime segments are reusable as soon as the finalize actions have
/// run.
///
/// Thread-safe. No lock is held while LLVM or the user is called back: a
/// callback may allocate, finalize and deallocate.
class JITSLAB_ABI ArenaJITLinkMemoryManager
    : public llvm::jitlink::JITLinkMemoryManager {
public:
  /// \p A must not be null.
  explicit ArenaJITLinkMemoryManager(std::shared_ptr<Arena> A,
                                     ArenaJITLinkOptions Options = {});

  /// A manager with an arena of its own, by default one of
  /// Layout::PerProtection; docs/adoption.md says which layout suits whom.
  static llvm::Expected<std::unique_ptr<ArenaJITLinkMemoryManager>>
  create(ArenaOptions Options = perProtection());

  /// All allocations must have been deallocated or abandoned.
  ~ArenaJITLinkMemoryManager() override;

  /// What its memory comes from.
  const std::shared_ptr<Arena> &arena() const;

  /// Calls \p OnAllocated before it returns. Segments of size 0 have addresses
  /// too. Fails with ArenaFullError, with the system's errno, when a section
  /// asks to be writable and executable, or with BadOptionError where each
  /// JITDylib is to have windows of its own in an arena that may not grow.
  void allocate(const llvm::jitlink::JITLinkDylib *JD,
                llvm::jitlink::LinkGraph &G,
                OnAllocatedFunction OnAllocated) override;
  using JITLinkMemoryManager::allocate;

  /// Runs all deallocation actions, last to first, and only then frees memory,
  /// last to first: an action may be code of another allocation. Their errors
  /// are joined, and do not keep anything from being freed.
  void deallocate(std::vector<FinalizedAlloc> Allocs,
                  OnDeallocatedFunction OnDeallocated) override;
  using JITLinkMemoryManager::deallocate;

private:
  static ArenaOptions perProtection() {
    ArenaOptions Options;
    Options.ObjectLayout = Layout::PerProtection;
    return Options;
  }

  struct State;
  std::unique_ptr<State> S;
};

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_ARENAJITLINKMEMORYMANAGER_H
