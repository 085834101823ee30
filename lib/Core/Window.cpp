//===- Window.cpp - A contiguous reservation of address space -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Window.h"
#include "jitslab/Arena.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cassert>

using namespace llvm;

namespace jitslab {

// Makes a table whose elements have no default constructor.
template <typename T, size_t... I>
static PerLane<T> forEachLane(uintptr_t Base, size_t Granule,
                              std::index_sequence<I...>) {
  return {{((void)I, T{{Base, Granule}, {Base, Granule}})...}};
}

Window::Window(WindowPlace P, LaneBackings B, size_t Granule, size_t PageSize,
               std::shared_ptr<SegmentIndex> I)
    : Place(std::move(P)), Space(Place.Space.range()), Granule(Granule),
      Backings(std::move(B)), Slabs(size() / SlabSize, begin(), Place.Origins),
      Free(forEachLane<FreeMemory>(begin(), Granule,
                                   std::make_index_sequence<NumLanes>())),
      Ahead(Slabs, PageSize), Frozen(Slabs), Kinds(Space, PageSize),
      Index(std::move(I)),
      Marks(std::make_unique<SegmentMarks>(Space, Granule, &Slabs[0])) {
  for (Lane L : AllLanes)
    WorkingOffsets[L] = Backings[L].workingOffset();
  Index->add(*Marks);
}

Window::~Window() {
  assert(!hasUsers() && "an allocation outlives its arena");
  retire();
}

void Window::retire() {
  if (SegmentMarks *M = Marks.release())
    Index->remove(*M);
}

TakeResult Window::take(Lane L, size_t Bytes, size_t Align, size_t KeepFree) {
  RangeMap &FreeInLane = Free[L].Writable;
  std::optional<uintptr_t> Start;
  bool SystemRefused = false, IsProtected = false;
  if (!Free[L].Protected.empty()) {
    const bool Postpone = Postpones && Bytes > SlabSize;
    Start = takeProtected(L, Bytes, Align, Postpone, SystemRefused);
    IsProtected = Start && Postpone;
  }
  if (!Start)
    Start = FreeInLane.take(Bytes, Align);
  if (!Start) {
    ErrorOr<AddressRange> New = commit(L, Bytes, Align, KeepFree);
    if (!New)
      return {TakeStatus::Refused, 0, New.getError()};
    if (!New->size()) {
      // What is larger, or aligned more, is refused too.
      if (!SystemRefused && Align <= Granule)
        Refused.note(L, Bytes);
      return {TakeStatus::Full};
    }
    if (Bytes > SlabSize) {
      // The record of what is free would grow by all of it.
      Start = New->Begin;
      New->Begin += Bytes;
    }
    if (New->size())
      FreeInLane.give(*New);
    if (!Start)
      Start = FreeInLane.take(Bytes, Align);
    assert(Start && "slabs that are too small");
  }
  AddressRange R{*Start, *Start + Bytes};
  countLive(R, /*Alive=*/true);
  Ahead.handOut(Backings[L], L, R);
  return {TakeStatus::Taken, *Start, {}, IsProtected};
}

bool Window::takeFront(Lane L, AddressRange R) {
  if (R.End > end() || !Free[L].Writable.takeFront(R))
    return false;
  countLive(R, /*Alive=*/true);
  Ahead.handOut(Backings[L], L, R);
  return true;
}

// A refusal is no failure yet: there may be memory that is writable already.
std::optional<uintptr_t> Window::takeProtected(Lane L, size_t Bytes,
                                               size_t Align, bool Postpone,
                                               bool &SystemRefused) {
  RangeMap &ProtectedInLane = Free[L].Protected;
  std::optional<uintptr_t> Start = ProtectedInLane.take(Bytes, Align);
  if (Start && !Postpone &&
      Backings[L].makeWritable({*Start, *Start + Bytes})) {
    ProtectedInLane.give({*Start, *Start + Bytes});
    SystemRefused = true;
    return std::nullopt;
  }
  return Start;
}

ErrorOr<AddressRange> Window::commit(Lane L, size_t Bytes, size_t Align,
                                     size_t KeepFree) {
  size_t Count = divideCeil(Bytes, SlabSize);
  size_t AlignSlabs = std::max<size_t>(Align / SlabSize, 1);
  size_t Phase = (begin() / SlabSize) % AlignSlabs;
  std::optional<size_t> First;
  if (Slabs.untaken() >= Count + KeepFree)
    First = Slabs.take(L, Count, AlignSlabs, Phase);
  if (!First)
    return AddressRange{};
  AddressRange R = Slabs.range(*First, Count);
  if (std::error_code EC =
          Backings[L].commit(L, R, Slabs.runAround(*First, Count))) {
    for (size_t I = 0; I != Count; ++I)
      freeSlab(*First + I);
    return EC;
  }
  for (size_t I = 0; I != Count; ++I)
    Slabs[*First + I].Populated = 0;
  Marks->noteNewSlabs(R);
  // This may be more than was asked for.
  Refused.forget(L);
  return R;
}

void Window::countLive(AddressRange R, bool Alive) {
  LiveBytes += Alive ? R.size() : -R.size();
  Slabs.forEachPart(R, [&](size_t I, uint32_t Begin, uint32_t End) {
    Slabs[I].Live += Alive ? End - Begin : Begin - End;
  });
}

void Window::noteFreedCode(AddressRange R) {
  Slabs.forEachPart(R, [&](size_t I, uint32_t, uint32_t End) {
    Slabs[I].FreedCode = std::max(Slabs[I].FreedCode, End);
  });
}

bool Window::mayHoldFreedCode(AddressRange R) const {
  bool Found = false;
  Slabs.forEachPart(R, [&](size_t I, uint32_t Begin, uint32_t) {
    Found |= Begin < Slabs[I].FreedCode;
  });
  return Found;
}

void Window::give(AddressRange R) {
  Lane L = laneAt(R.Begin);
  countLive(R, /*Alive=*/false);
  Free[L].Writable.give(R);
  Refused.forget(L);
}

void Window::giveProtected(AddressRange R) {
  Lane L = laneAt(R.Begin);
  countLive(R, /*Alive=*/false);
  Free[L].Protected.give(R);
  Refused.forget(L);
}

bool Window::giveFrozen(AddressRange R) {
  if (!Backings.isShared(laneAt(R.Begin)))
    return false;
  countLive(R, /*Alive=*/false);
  Frozen.freeze(R);
  for (size_t I = Slabs.indexOf(R.Begin), E = Slabs.indexOf(R.End - 1); I <= E;
       ++I)
    if (!Slabs[I].Live)
      abandon(I);
  return true;
}

// A decommit that the system refused has left protected memory.
void Window::freezeFree(size_t I) {
  FreeMemory &FreeInLane = Free[Slabs[I].Owner];
  for (RangeMap *M : {&FreeInLane.Writable, &FreeInLane.Protected})
    for (AddressRange R : M->takeWithin(Slabs.range(I)))
      Frozen.freeze(R);
}

void Window::freezeShared() {
  SharedBacking *Shared = Backings.shared();
  if (!Shared)
    return;
  for (size_t I = 0; I != Slabs.size(); ++I) {
    if (Slabs[I].Owner == Lane::Untaken || !Backings.isShared(Slabs[I].Owner))
      continue;
    if (Slabs[I].Live)
      freezeFree(I);
    else
      abandon(I);
  }
  Shared->renew();
}

void Window::detachFromParent() {
  if (SharedBacking *Shared = Backings.shared())
    Shared->detachFromParent();
}

void Window::freeSlab(size_t I) {
  Slabs.give(I);
  Refused.forget();
}

// All of the slab stays frozen where the system refuses, and trim tries again.
void Window::abandon(size_t I) {
  freezeFree(I);
  if (Frozen.abandon(I, *Backings.shared()))
    freeSlab(I);
}

// The slab stays committed where the system refuses, and trim tries again. How
// far the system got is not known.
bool Window::decommit(size_t I) {
  AddressRange R = Slabs.range(I);
  Lane L = Slabs[I].Owner;
  Free[L].Writable.takeWithin(R);
  Free[L].Protected.takeWithin(R);
  if (Backings[L].decommit(R)) {
    Free[L].Protected.give(R);
    Refused.forget(L);
    // Populating needs what is known to be writable, and nothing is.
    Slabs[I].Populated = SlabSize;
    return false;
  }
  freeSlab(I);
  return true;
}

size_t Window::trimSlab(size_t I) {
  if (Slabs[I].Owner == Lane::Untaken || Slabs[I].Live)
    return 0;
  Slabs[I].Frozen ? abandon(I) : void(decommit(I));
  return Slabs[I].Owner == Lane::Untaken ? SlabSize : 0;
}

size_t Window::freeBytes() const {
  size_t Sum = 0;
  for (const FreeMemory &M : Free)
    Sum += M.Writable.bytes() + M.Protected.bytes();
  return Sum;
}

size_t Window::largestFree(Lane L) const {
  return std::max({Slabs.longestUntaken().Count * SlabSize,
                   Free[L].Writable.largest(), Free[L].Protected.largest()});
}

} // namespace jitslab
