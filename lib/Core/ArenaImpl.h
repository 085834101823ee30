//===- ArenaImpl.h - The arena behind its public face -----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_ARENAIMPL_H
#define JITSLAB_CORE_ARENAIMPL_H

#include "../Platform/Fork.h"
#include "ArenaAccess.h"
#include "LayoutPolicy.h"
#include "PausingLock.h"
#include "WindowGroups.h"
#include "jitslab/Arena.h"
#include "jitslab/ArenaSnapshot.h"
#include <atomic>
#include <mutex>
#include <vector>

namespace jitslab {

/// Windows, the policy that places objects in them, and the lock around both.
/// System calls on memory that one allocation owns are made outside the lock;
/// what takes as long as there is memory lets others have it in between.
class ArenaImpl final : private ForkListener {
public:
  /// \p Policy: null for that of the options' layout.
  static llvm::Expected<std::unique_ptr<ArenaImpl>>
  create(ArenaOptions Options, VirtualMemory &VM,
         std::unique_ptr<LayoutPolicy> Policy = nullptr);
  ~ArenaImpl();

  const ArenaOptions &options() const { return Options; }
  VirtualMemory &memory() const { return VM; }
  ArenaStats stats() const;
  ArenaSnapshot snapshot() const;
  MemoryLocation find(uintptr_t Address) const {
    return Policy->index()->find(Address);
  }
  size_t trim();
  bool verify() const;
  /// For tests. Not in the thread that may have locked it.
  bool isLocked() const {
    std::unique_lock<PausingLock> Guard(Lock, std::try_to_lock);
    return !Guard;
  }

  /// \p Announced: \p F is all that the object needs. Objects of a group are.
  llvm::Expected<Allocation> allocate(const Footprint &F,
                                      const Allocation *Sibling,
                                      bool Announced = true,
                                      WindowGroup Group = {});
  std::atomic<size_t> &outsideBytes() { return OutsideBytes; }
  Segment enlarge(Allocation &A, SegmentKind K, size_t Used,
                  const SegmentFootprint &F);
  bool isSpacious() const { return Spacious.load(std::memory_order_relaxed); }
  bool wantsReservations() const {
    return !(Policy->takesPieces() && isSpacious());
  }
  bool sharesBlocks() const { return Policy->sharesBlocks(); }
  void shrink(Allocation &A, SegmentKind K, size_t Used);
  void addObject(Allocation &A);
  void show(const Allocation &A) { (void)Policy->show(A); }
  llvm::Error seal(llvm::ArrayRef<Allocation *> Allocations,
                   bool Shown = false);
  void release(Allocation &A);

private:
  ArenaImpl(ArenaOptions Options, VirtualMemory &VM,
            std::unique_ptr<LayoutPolicy> Policy, const WindowGoal &Goal);

  // The child gets structures that nobody was in the middle of changing.
  void beforeFork() override { Lock.lock(); }
  void afterForkInParent() override { Lock.unlock(); }
  void afterForkInChild() override;

  /// Called first by whoever has taken the lock to change something.
  void noticeFork() {
    if (Forks != forkCount())
      followFork();
  }
  void followFork();
  void updateSpacious();

  /// Windows that an object may go to, and whether there may be more.
  struct Places {
    WindowSet &Set;
    bool Grow;
  };
  /// \returns those of \p Group. Valid until others have the lock.
  Places placesOf(WindowGroup Group) {
    return Group.Key ? Places{Groups.of(Group.Key, !Trimming), Group.Grows}
                     : Places{Windows, Options.Grow};
  }

  TakeResult placeIn(Window &W, const Footprint &F, size_t KeepFree,
                     Allocation &A);
  TakeResult placeInWindows(Places P, const Footprint &F,
                            const Allocation *Sibling, Allocation &A);
  llvm::Error place(WindowGroup Group, const Footprint &F,
                    const Allocation *Sibling, Allocation &A);
  /// Fills in \p A. Tells what failed without the lock, if \p A postpones;
  /// otherwise nothing fails so.
  llvm::Error allocate(const Footprint &F, const Allocation *Sibling,
                       bool Announced, WindowGroup Group,
                       std::error_code &NotWritable, Allocation &A);
  /// \returns false if nothing was given back. Lets others have the lock.
  bool tryTrim();
  size_t trimWindows();
  void letOthersIn();
  static void noteReuse(Allocation &A);
  void countObjects(Allocation &A, uint32_t Objects);
  llvm::Error placeInNewWindow(Places P, const Footprint &F, size_t Bytes,
                               Allocation &A);
  llvm::Error placeFirstPart(const Footprint &F, Allocation &A);
  llvm::Error fullError(const WindowSet &Set, bool Grow,
                        const Footprint &F) const;

  /// Calls \p Each for every window, whoever it is for.
  template <typename Function> void forEachWindow(Function Each) const {
    for (Window &W : Windows)
      Each(W);
    Groups.forEachWindow(Each);
  }

  ArenaOptions Options;
  VirtualMemory &VM;
  const std::unique_ptr<LayoutPolicy> Policy;

  mutable PausingLock Lock;
  WindowSet Windows;
  WindowGroups Groups;
  std::atomic<size_t> OutsideBytes{0};
  size_t LiveObjects = 0, LanedObjects = 0;
  /// Something was given back since windows were last trimmed.
  bool MayTrim = false;
  /// Threads that are trimming windows, and may have let others in.
  unsigned Trimming = 0;
  /// forkCount() when the windows were last looked at.
  uint32_t Forks = forkCount();
  /// There is one window with room for the pieces of any usual object.
  std::atomic<bool> Spacious{false};
};

} // namespace jitslab

#endif // JITSLAB_CORE_ARENAIMPL_H
