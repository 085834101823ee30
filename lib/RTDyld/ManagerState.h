//===- ManagerState.h - What linking needs of a manager ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_RTDYLD_MANAGERSTATE_H
#define JITSLAB_RTDYLD_MANAGERSTATE_H

#include "OutsideData.h"
#include "ScratchMemory.h"
#include "SectionMemory.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Compiler.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>
#include <vector>

namespace jitslab {

/// The objects since the last finalizeMemory.
struct ManagerBatch {
  struct SectionElsewhere {
    unsigned ID;
    const uint8_t *Working;
    uintptr_t Executor;
  };

  SectionMemory Sections;
  /// The current object's sections that are not written where they run.
  llvm::SmallVector<SectionElsewhere, 4> Elsewhere;
  bool ObjectFailed = false;
  /// The object's data fits no window.
  bool IsTooLarge = false;
  /// There are EH frames: a linker of LLVM asks, through whatever wraps this.
  bool HasFrames = false;
  /// The alignment that the object has announced for its data; 0: none.
  size_t ReservedDataAlign = 0;
  /// Its common symbols, if one could be aligned to more than their size.
  const uint8_t *LargeCommons = nullptr;
};

/// What failed, and what stands in for it.
struct ManagerFailures {
  explicit ManagerFailures(VirtualMemory &VM) : Scratch(VM) {}

  ScratchMemory Scratch;
  /// What wraps this manager does not pass notifyObjectLoaded on.
  bool NotNotified = false;

  void note(llvm::Error Err);
  /// Writes what was noted since the last call to \p Text, if that is not null.
  /// \returns false if that is nothing.
  bool report(std::string *Text);
  /// Everything that was noted since the last call.
  llvm::Error take();

private:
  std::vector<std::string> Messages;
  size_t Reported = 0;
  // Not an Error: one that nobody reads would abort in a debug build.
  std::unique_ptr<llvm::ErrorInfoBase> Last;
};

/// Hosts make a manager for each object and keep it as long as the object
/// lives: what is needed only on the way to sealed code is gone afterwards.
/// Nobody links to it, though its class is exported.
struct LLVM_LIBRARY_VISIBILITY ReservingMemoryManager::State {
  explicit State(std::shared_ptr<Arena> A) : TheArena(std::move(A)) {}

  ManagerBatch &open();
  ManagerFailures &failures();
  /// A section, or scratch memory for it.
  uint8_t *allocate(SegmentKind K, size_t Size, size_t Align,
                    unsigned SectionID, llvm::StringRef Name = {});
  llvm::Expected<Segment> allocateOutside(SegmentKind K, size_t Size,
                                          size_t Align, llvm::StringRef Name,
                                          AddressRange Within = {});
  /// Places large data of an object that nobody has announced, and whose window
  /// has no room for it, where all of that window reaches it.
  llvm::Expected<Segment> allocateBeside(SegmentKind K, size_t Size,
                                         size_t Align, llvm::StringRef Name,
                                         llvm::Error Full);
  /// The current object cannot be linked: from now on it gets scratch memory.
  void failObject(llvm::Error Err);
  /// The run of code of which \p Address is a part; empty if there is none.
  AddressRange codeAt(uintptr_t Address);
  void checkCommons(const llvm::object::ObjectFile &Object);
  void checkNotified();

  // The arena has to outlive the memory taken from it.
  std::shared_ptr<Arena> TheArena;
  llvm::SmallVector<Allocation, 1> Sealed;
  /// Large data that no window has room for; usually null.
  std::unique_ptr<OutsideData> Outside;
  std::unique_ptr<ManagerBatch> Open;
  std::unique_ptr<ManagerFailures> Failed;
};

} // namespace jitslab

#endif // JITSLAB_RTDYLD_MANAGERSTATE_H
