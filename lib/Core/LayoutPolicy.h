//===- LayoutPolicy.h - How objects lie in a window -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_LAYOUTPOLICY_H
#define JITSLAB_CORE_LAYOUTPOLICY_H

#include "AllocationState.h"
#include "Window.h"
#include "jitslab/Arena.h"
#include "llvm/ADT/ArrayRef.h"
#include <memory>

namespace jitslab {

/// Decides where an object's segments lie, what memory is behind them, and how
/// they change their access rights. One for each arena. It also says what kind
/// of layout it is: nobody else compares layouts.
class LayoutPolicy {
public:
  explicit LayoutPolicy(VirtualMemory &VM) : VM(VM) {}
  virtual ~LayoutPolicy();

  /// \returns null when \p L is none of the layouts.
  static std::unique_ptr<LayoutPolicy> create(Layout L, VirtualMemory &VM);

  // What kind of layout it is.

  /// What memory is taken and given back in: bytes, a power of two.
  virtual size_t granule() const = 0;

  /// Finds by address what own says.
  const std::shared_ptr<SegmentIndex> &index() const { return Index; }

  /// The lane that segments of kind \p K are put into now.
  virtual Lane laneFor(SegmentKind K) const = 0;

  /// Makes what puts memory behind the slabs of a new window at \p Space.
  virtual llvm::Expected<LaneBackings> backWindow(AddressRange Space,
                                                  bool HugePages) = 0;

  /// True when an object may as well come piece by piece, because enlarge puts
  /// pieces side by side.
  virtual bool takesPieces() const = 0;

  /// True when objects that are sealed together may share an allocation.
  virtual bool sharesBlocks() const = 0;

  /// True when a child can seal what was being linked when it was forked off.
  virtual bool sealsAfterFork() const = 0;

  // What it needs.

  /// The most window bytes that \p F can need: more than this is never
  /// taken. No value when the sum overflows.
  virtual std::optional<size_t> worstCase(const Footprint &F) const = 0;

  /// What \p F takes from each lane at least, in whole granules.
  LaneBytes leastBytes(const Footprint &F) const;

  /// The largest block that one segment could still get from \p W, alignment
  /// aside.
  size_t largestFree(const Window &W) const;

  // The life of an object. Called with the arena's lock held, unless a function
  // says otherwise.

  /// Takes memory for \p F from \p W and fills in \p A's parts: Changing where
  /// it cannot be written yet. What was taken before a failure is given back.
  virtual TakeResult place(Window &W, const Footprint &F, size_t KeepFree,
                           Allocation &A) = 0;

  /// Makes writable what place has left to this. Called without the lock.
  static std::error_code makeWritable(Allocation &A);

  /// See ArenaAccess::enlarge. Only where takesPieces().
  virtual bool enlarge(Window & /*W*/, Allocation & /*A*/, SegmentKind /*K*/,
                       size_t /*Used*/, const SegmentFootprint & /*F*/) {
    return false;
  }

  /// Gives part \p K of \p A, which is not sealed, back beyond its first
  /// \p Used bytes, which is all of it or at least a granule.
  void shrink(Window &W, Allocation &A, SegmentKind K, size_t Used);

  /// See ArenaAccess::show. Called without the lock.
  virtual std::error_code show(const Allocation & /*A*/) { return {}; }

  /// See ArenaMemory::seal. Called without the lock. \p Shown: show was called,
  /// and what has come since to what is executed, a debugger has written.
  virtual std::error_code seal(llvm::ArrayRef<Allocation *> Allocations,
                               bool Shown) = 0;

  /// Makes what \p A owns fit to be given back: Part::Rights say which parts
  /// can be written at once when they are used again. Called without the lock.
  virtual void prepareRelease(Allocation &A) = 0;

  /// Gives what \p A owns back to \p W.
  void release(Window &W, Allocation &A);

  /// Where part \p K of \p A can be executed and read.
  static AddressRange usable(const Allocation &A, SegmentKind K) {
    AddressRange R = owned(A, K);
    R.Begin += stateOf(A).Parts[K].Offset;
    return R;
  }
  /// Where part \p K of \p A can be written, sealed or not.
  static uint8_t *workingAddress(const Allocation &A, SegmentKind K) {
    return reinterpret_cast<uint8_t *>(
        stateOf(A).Home->workingAddress(usable(A, K).Begin));
  }

protected:
  using Part = AllocationState::Part;
  using State = AllocationState::Rights;
  static PerSegment<Part> &parts(Allocation &A) { return stateOf(A).Parts; }
  /// What \p A owns of \p K.
  static AddressRange owned(const Allocation &A, SegmentKind K) {
    uintptr_t Base = stateOf(A).Home->begin();
    return {Base + stateOf(A).Parts[K].Begin, Base + stateOf(A).Parts[K].End};
  }
  /// Says that \p A owns \p R for \p K; nothing of it if it is empty. What it
  /// owns already begins there too. A segment that begins later than its first
  /// page says so before.
  static void own(Allocation &A, SegmentKind K, AddressRange R);
  /// The rights of what was taken as \p Taken says.
  static State rightsOf(const TakeResult &Taken) {
    return Taken.IsProtected ? State::Changing : State::Writable;
  }
  static Window &home(const Allocation &A) { return *stateOf(A).Home; }
  static uint32_t forksBefore(const Allocation &A) { return stateOf(A).Forks; }
  /// What \p A counts among the mappings of blocks.
  static uint16_t &mappings(Allocation &A) { return stateOf(A).Mappings; }
  static bool &inLanes(Allocation &A) { return stateOf(A).InLanes; }

  /// Gives back what place has taken before it failed: nothing is to be done to
  /// that any more.
  void takeBack(Window &W, Allocation &A) {
    release(W, A);
    (void)W.takePopulating();
  }

  /// Gives \p R, whose rights are \p Rights, back to \p W.
  virtual void giveBack(Window &W, AddressRange R, State Rights);
  /// The same for what \p A owns, which a fork may have left to two processes.
  void giveBackPart(Window &W, const Allocation &A, AddressRange R,
                    State Rights);

  VirtualMemory &VM;

private:
  const std::shared_ptr<SegmentIndex> Index = std::make_shared<SegmentIndex>();
};

} // namespace jitslab

#endif // JITSLAB_CORE_LAYOUTPOLICY_H
