//===- Window.h - A contiguous reservation of address space -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_WINDOW_H
#define JITSLAB_CORE_WINDOW_H

#include "FrozenSlabs.h"
#include "LaneBackings.h"
#include "PageKinds.h"
#include "PopulateAhead.h"
#include "RangeMap.h"
#include "Refusals.h"
#include "SegmentIndex.h"
#include "WindowPlace.h"

namespace jitslab {

/// Why taking memory from a window failed.
enum class TakeStatus {
  Taken,
  /// The window has no room for it.
  Full,
  /// The system refused to back the memory; the errno says why.
  Refused
};

struct TakeResult {
  TakeStatus Status;
  uintptr_t Address = 0;
  std::error_code Reason = {};
  /// It cannot be written yet: see Window::postpone.
  bool IsProtected = false;
};

/// One reservation, the slabs that were committed in it and what of them is
/// free. Not thread-safe: the arena's lock protects it.
class Window {
public:
  /// Commits nothing yet. \p Granule: see granule(). \p Index finds what is
  /// in it by address.
  Window(WindowPlace Place, LaneBackings Backings, size_t Granule,
         size_t PageSize, std::shared_ptr<SegmentIndex> Index);
  /// Ends the reservation, which takes as long as it holds memory. Needs no
  /// lock after retire().
  ~Window();
  /// Nothing is found in it by address any more.
  void retire();

  uintptr_t begin() const { return Space.Begin; }
  uintptr_t end() const { return Space.End; }
  size_t size() const { return Space.size(); }
  /// True when all of the window is within reach of the address asked for.
  bool isNear() const { return Place.IsNear; }

  /// What memory is taken and given back in: bytes, a power of two.
  size_t granule() const { return Granule; }

  /// Takes \p Bytes (whole granules) of \p L that can be written. What was
  /// freed before is preferred; slabs are committed when that does not do, of
  /// which \p KeepFree stay untaken.
  TakeResult take(Lane L, size_t Bytes, size_t Align, size_t KeepFree);

  /// From now on take leaves it to makeWritable to make large memory writable
  /// again that was sealed, and says so. Until that has succeeded, it is given
  /// back as protected.
  void postpone(bool Does) { Postpones = Does; }

  /// Without the arena's lock, for what is taken.
  std::error_code makeWritable(AddressRange R) {
    return Backings[laneAt(R.Begin)].makeWritable(R);
  }

  /// Takes exactly \p R, which has to lie where a free range of \p L begins.
  bool takeFront(Lane L, AddressRange R);

  /// How what was taken since the last call is backed with memory: without the
  /// arena's lock.
  PopulateAhead::Steps takePopulating() { return Ahead.takeSteps(); }

  /// Gives back what can be written.
  void give(AddressRange R);

  /// Gives back pages that cannot be written. take makes them writable when it
  /// needs them.
  void giveProtected(AddressRange R);

  /// Gives back what was live at a fork, and the other process may execute: it
  /// is not used again.
  /// \returns false, with nothing done, where the processes share no memory.
  bool giveFrozen(AddressRange R);

  /// Where the memory at \p Executor, which is taken, can be written.
  uintptr_t workingAddress(uintptr_t Executor) const {
    return Executor + WorkingOffsets[laneAt(Executor)];
  }

  /// See SharedBacking, which has to be behind \p R.
  std::error_code showWritten(AddressRange R, bool KeepTraps) {
    return Backings.shared()->showWritten(R, KeepTraps);
  }

  /// In a child: freezes what is free in slabs that its parent can see, and may
  /// use.
  void freezeShared();
  /// See SharedBacking.
  void detachFromParent();

  size_t slabs() const { return Slabs.size(); }
  /// Gives a slab back to the system if it has no live pages.
  /// \returns bytes given back.
  size_t trimSlab(size_t I);

  /// Allocations keep their window, those without any bytes too.
  void addUser() { ++Users; }
  void removeUser() { --Users; }
  bool hasUsers() const { return Users != 0; }

  size_t liveBytes() const { return LiveBytes; }
  size_t committedBytes() const {
    return (Slabs.size() - Slabs.untaken()) * SlabSize;
  }
  size_t freeBytes() const;
  size_t frozenBytes() const { return Frozen.bytes(); }
  size_t untakenSlabs() const { return Slabs.untaken(); }
  /// The most that a single take could get, alignment aside.
  size_t largestFree(Lane L) const;

  /// What take refuses where a slab is kept free.
  Refusals &refusals() { return Refused; }
  const Refusals &refusals() const { return Refused; }

  /// Says that code in \p R was sealed and is freed now.
  void noteFreedCode(AddressRange R);
  /// False when no code was ever freed in \p R. Constant time for each slab.
  bool mayHoldFreedCode(AddressRange R) const;

  PageKinds &kinds() { return Kinds; }
  SegmentMarks &marks() { return *Marks; }

  WindowSnapshot snapshot() const;

  bool verify() const;

private:
  /// What is committed and not live, by whether it can be written.
  struct FreeMemory {
    RangeMap Writable, Protected;
  };

  Lane laneAt(uintptr_t Address) const {
    return Slabs[Slabs.indexOf(Address)].Owner;
  }
  std::optional<uintptr_t> takeProtected(Lane L, size_t Bytes, size_t Align,
                                         bool Postpone, bool &SystemRefused);
  /// \returns the slabs, which nobody has yet; none where there are too few.
  llvm::ErrorOr<AddressRange> commit(Lane L, size_t Bytes, size_t Align,
                                     size_t KeepFree);
  void countLive(AddressRange R, bool Alive);
  void freeSlab(size_t I);
  bool decommit(size_t I);
  void freezeFree(size_t I);
  void abandon(size_t I);

  const WindowPlace Place;
  const AddressRange Space;
  const size_t Granule;
  const LaneBackings Backings;
  /// Copies of what the backings say: every object asks for them.
  PerLane<uintptr_t> WorkingOffsets;

  SlabTable Slabs;
  PerLane<FreeMemory> Free;
  PopulateAhead Ahead;
  FrozenSlabs Frozen;
  Refusals Refused;
  PageKinds Kinds;
  const std::shared_ptr<SegmentIndex> Index;
  std::unique_ptr<SegmentMarks> Marks;
  size_t LiveBytes = 0;
  size_t Users = 0;
  bool Postpones = false;
};

} // namespace jitslab

#endif // JITSLAB_CORE_WINDOW_H
