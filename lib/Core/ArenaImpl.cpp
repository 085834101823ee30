//===- ArenaImpl.cpp - The arena behind its public face -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArenaImpl.h"
#include "Errors.h"
#include "Probes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"
#include <cassert>
#include <utility>

using namespace llvm;

namespace jitslab {

// The largest object that may come in pieces (128 MiB): where less is left,
// linkers have to say in advance what they need. Large data of a larger one is
// given a place beside the window.
static constexpr size_t SpaciousSlabs = 64;

static Error checkBound(const ArenaOptions &O, const VirtualMemory &VM) {
  if (!O.Below)
    return Error::success();
  if (O.Near >= O.Below)
    return optionError("Near is " + Twine(hexAddress(O.Near)) +
                       ", which does not lie below Below, " +
                       Twine(hexAddress(O.Below)) +
                       "; set one of them to 0, or Near to a lower address");
  size_t Size = O.WindowSize ? O.WindowSize : MinWindowSize;
  uintptr_t Least = leastBound(VM, Size);
  if (O.Below < Least)
    return optionError(
        "Below is " + Twine(hexAddress(O.Below)) + ", and no window of " +
        Twine(Size) + " bytes lies below that; it has to be at least " +
        Twine(hexAddress(Least)) +
        (O.WindowSize > MinWindowSize ? ", or WindowSize smaller" : ""));
  return Error::success();
}

static Error checkOptions(const ArenaOptions &O, const VirtualMemory &VM) {
  size_t W = O.WindowSize;
  if (W && (W < MinWindowSize || W > MaxWindowSize))
    return optionError("WindowSize is " + Twine(W) +
                       " bytes; it has to be 0 (the default) or from " +
                       Twine(MinWindowSize) + " to " + Twine(MaxWindowSize) +
                       " bytes");
  if (W % SlabSize)
    return optionError("WindowSize is " + Twine(W) +
                       " bytes; it has to be a multiple of the slab size, " +
                       Twine(SlabSize) + " bytes");
  return checkBound(O, VM);
}

Expected<std::unique_ptr<ArenaImpl>>
ArenaImpl::create(ArenaOptions Options, VirtualMemory &VM,
                  std::unique_ptr<LayoutPolicy> Policy) {
  if (Error Err = checkOptions(Options, VM))
    return Err;
  if (!Policy)
    Policy = LayoutPolicy::create(Options.ObjectLayout, VM);
  if (!Policy)
    return optionError("ObjectLayout is " +
                       Twine(static_cast<int>(Options.ObjectLayout)) +
                       ", which is no layout");
  std::unique_ptr<ArenaImpl> Impl(
      new ArenaImpl(Options, VM, std::move(Policy), WindowGoal::of(Options)));
  if (Error Err = Impl->Windows.add(MinWindowSize))
    return Err;
  JITSLAB_PROBE(window_added, fireWindowAdded(*Impl, Impl->Windows.oldest()));
  if (std::error_code EC = Impl->enroll())
    return systemError(EC, "cannot register for forks");
  Impl->Options.WindowSize = Impl->Windows.oldest().size();
  Impl->Policy->index()->show(uint32_t(Options.ObjectLayout),
                              Impl->Policy->granule());
  Impl->updateSpacious();
  return Impl;
}

ArenaImpl::ArenaImpl(ArenaOptions Options, VirtualMemory &VM,
                     std::unique_ptr<LayoutPolicy> Policy,
                     const WindowGoal &Goal)
    : Options(Options), VM(VM), Policy(std::move(Policy)),
      Windows(VM, *this->Policy, Options, Goal),
      Groups(VM, *this->Policy, Options, Goal) {}

ArenaImpl::~ArenaImpl() {
  withdraw();
  assert(LiveObjects == 0 && "an allocation outlives its arena");
}

Expected<Allocation> ArenaImpl::allocate(const Footprint &F,
                                         const Allocation *Sibling,
                                         bool Announced, WindowGroup Group) {
  bool TooLarge = false;
  for (SegmentKind K : AllSegmentKinds) {
    if (F[K].Size && !isPowerOf2_64(F[K].Align))
      return optionError("an alignment of " + Twine(F[K].Align) +
                         " bytes is asked for, which is no power of two");
    TooLarge |= F[K].Size > MaxWindowSize || F[K].Align > MaxWindowSize;
  }
  if (Sibling && stateOf(*Sibling).Owner != this)
    return optionError("the sibling of an object is none of this arena's");
  if (Group.Key && !Options.Grow)
    return optionError("windows of their own are asked for, of an arena that "
                       "has one only; set ArenaOptions::Grow");
  // The result is filled in place, which saves a copy.
  Expected<Allocation> Result{Allocation()};
  (void)bool(Result);
  if (TooLarge) {
    std::lock_guard<PausingLock> Guard(Lock);
    return fullError(Windows, Options.Grow, F);
  }
  for (bool Postpones : {true, false}) {
    stateOf(*Result).Postpones = Postpones;
    std::error_code NotWritable;
    if (Error Err =
            allocate(F, Sibling, Announced, Group, NotWritable, *Result))
      return Err;
    if (!NotWritable)
      break;
    // There may be memory that is writable already.
    release(*Result);
    *Result = Allocation();
  }
  return Result;
}

Error ArenaImpl::allocate(const Footprint &F, const Allocation *Sibling,
                          bool Announced, WindowGroup Group,
                          std::error_code &NotWritable, Allocation &A) {
  // Unmapped when others can have the lock again.
  std::vector<std::unique_ptr<Window>> Dropped;
  std::unique_lock<PausingLock> Guard(Lock);
  noticeFork();
  Error Err = Announced || Group.Key ? place(Group, F, Sibling, A)
                                     : placeFirstPart(F, A);
  Dropped = Groups.takeDropped();
  if (Err)
    return Err;
  stateOf(A).Owner = this;
  stateOf(A).Home->addUser();
  noteReuse(A);
  updateSpacious();
  countObjects(A, Sibling ? 0 : 1);
  PopulateAhead::Steps Steps = stateOf(A).Home->takePopulating();
  Guard.unlock();
  NotWritable = LayoutPolicy::makeWritable(A);
  if (!NotWritable)
    for (const PopulateAhead::Step &S : Steps)
      S.run();
  // Also what is freed next, as it is not writable: probes pair both.
  JITSLAB_PROBE(object_allocated, fireObjectAllocated(A));
  return Error::success();
}

void ArenaImpl::countObjects(Allocation &A, uint32_t Objects) {
  const size_t More = size_t(Objects) - stateOf(A).Objects;
  LiveObjects += More;
  LanedObjects += stateOf(A).InLanes ? More : 0;
  stateOf(A).Objects = Objects;
}

// Asked once: nobody else frees anything where this allocation lies.
void ArenaImpl::noteReuse(Allocation &A) {
  if (AllocationState::Part &Code = stateOf(A).Parts[SegmentKind::Code])
    Code.Reused = stateOf(A).Home->mayHoldFreedCode(
        LayoutPolicy::usable(A, SegmentKind::Code));
}

// The pieces of an object all lie in the window that its first one went to.
// With one window that is no choice, and what is untaken has room for the
// others.
void ArenaImpl::updateSpacious() {
  bool Is = Windows.size() == 1 &&
            Windows.oldest().untakenSlabs() >=
                std::max(SpaciousSlabs, Windows.oldest().size() / SlabSize / 2);
  Spacious.store(Is, std::memory_order_relaxed);
}

Segment ArenaImpl::enlarge(Allocation &A, SegmentKind K, size_t Used,
                           const SegmentFootprint &F) {
  if (!isPowerOf2_64(F.Align))
    return {};
  PopulateAhead::Steps Populating;
  {
    std::lock_guard<PausingLock> Guard(Lock);
    noticeFork();
    if (stateOf(A).Forks != Forks)
      return {};
    stateOf(A).Home->postpone(false);
    if (!Policy->enlarge(*stateOf(A).Home, A, K, Used, F))
      return {};
    noteReuse(A);
    Populating = stateOf(A).Home->takePopulating();
  }
  for (const PopulateAhead::Step &S : Populating)
    S.run();
  uintptr_t Segment = LayoutPolicy::usable(A, K).Begin;
  size_t Offset = alignTo(Segment + Used, Align(F.Align)) - Segment;
  return {LayoutPolicy::workingAddress(A, K) + Offset, Segment + Offset,
          F.Size};
}

void ArenaImpl::shrink(Allocation &A, SegmentKind K, size_t Used) {
  std::lock_guard<PausingLock> Guard(Lock);
  noticeFork();
  Policy->shrink(*stateOf(A).Home, A, K, Used);
  MayTrim = true;
}

void ArenaImpl::addObject(Allocation &A) {
  std::lock_guard<PausingLock> Guard(Lock);
  countObjects(A, stateOf(A).Objects + 1);
}

Error ArenaImpl::seal(ArrayRef<Allocation *> Allocations, bool Shown) {
  if (any_of(Allocations,
             [&](Allocation *A) { return stateOf(*A).Owner != this; }))
    return optionError("what is to be sealed is none of this arena's");
  if (!Policy->sealsAfterFork() && any_of(Allocations, [](Allocation *A) {
        return stateOf(*A).Forks < forkCountAtBirth();
      }))
    return make_error<StringError>(
        "jitslab: this process was forked off while the object was being "
        "linked, and what was written by then stays with the parent; load the "
        "object again",
        std::make_error_code(std::errc::operation_canceled));
  if (std::error_code EC = Policy->seal(Allocations, Shown))
    return systemError(EC, "cannot give code and read-only data their final "
                           "access rights");
  // Caches are coherent by now, but another processor may have fetched what ran
  // there before, if something did.
  bool Reused = false;
  for (Allocation *A : Allocations) {
    Reused |= std::exchange(stateOf(*A).Parts[SegmentKind::Code].Reused, false);
    JITSLAB_PROBE(object_sealed, fireObjectSealed(*A));
  }
  if (Reused)
    VM.synchronizeThreads();
  return Error::success();
}

void ArenaImpl::release(Allocation &A) {
  const AllocationState::Part &Code = stateOf(A).Parts[SegmentKind::Code];
  const bool CodeRan = Code && Code.Rights != AllocationState::Rights::Writable;
  JITSLAB_PROBE(object_freed, fireObjectFreed(A));
  Policy->prepareRelease(A);
  std::lock_guard<PausingLock> Guard(Lock);
  noticeFork();
  if (CodeRan)
    stateOf(A).Home->noteFreedCode(LayoutPolicy::usable(A, SegmentKind::Code));
  Policy->release(*stateOf(A).Home, A);
  MayTrim = true;
  stateOf(A).Home->removeUser();
  countObjects(A, 0);
  stateOf(A).Owner = nullptr;
  stateOf(A).Home = nullptr;
}

ArenaStats ArenaImpl::stats() const {
  std::lock_guard<PausingLock> Guard(Lock);
  ArenaStats S;
  S.LiveObjects = LiveObjects;
  S.LanedObjects = LanedObjects;
  S.OutsideBytes = OutsideBytes.load(std::memory_order_relaxed);
  forEachWindow([&](const Window &W) {
    ++S.Windows;
    S.WindowsNear += W.isNear();
    S.ReservedBytes += W.size();
    S.CommittedBytes += W.committedBytes();
    S.LiveBytes += W.liveBytes();
    S.FreeBytes += W.freeBytes();
    S.FrozenBytes += W.frozenBytes();
  });
  return S;
}

ArenaSnapshot ArenaImpl::snapshot() const {
  std::lock_guard<PausingLock> Guard(Lock);
  ArenaSnapshot S;
  forEachWindow([&](const Window &W) { S.Windows.push_back(W.snapshot()); });
  return S;
}

bool ArenaImpl::verify() const {
  std::lock_guard<PausingLock> Guard(Lock);
  return Windows.verify() && Groups.verify();
}

} // namespace jitslab
