//===- Window.cpp - A contiguous reservation of address space -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Window.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cassert>
#include <cstring>

using namespace llvm;

namespace jitslab {

// What the tightest relocation spans in each direction; see MaxWindowSize.
static constexpr uintptr_t Reach = uintptr_t(2) << 30;

// Inaccessible bytes at both ends of a window: a run over its end faults
// instead of reaching a neighbour. The largest page size that Linux has on the
// supported architectures (AArch64, 64 KiB), so that it is whole pages always.
static constexpr size_t GuardBytes = size_t(64) * 1024;

// How much is backed with memory in one go ahead of its use: one call instead
// of 32 page faults (with 4 KiB pages), at the price of that much resident
// memory that may never be used.
static constexpr size_t PopulateBytes = size_t(128) * 1024;

ErrorOr<std::unique_ptr<Window>>
Window::create(VirtualMemory &VM, size_t Size, uintptr_t Near, bool HugePages) {
  assert(Size % SlabSize == 0 && "whole slabs");
  ReservationRequest Request;
  Request.Size = Size;
  Request.Align = SlabSize;
  Request.Guard = alignTo(GuardBytes, VM.pageSize());
  ErrorOr<uintptr_t> Start =
      std::make_error_code(std::errc::address_not_available);
  if (Near) {
    Request.Low = Near > Reach ? Near - Reach : 0;
    Request.High = Near < UINTPTR_MAX - Reach ? Near + Reach : UINTPTR_MAX;
    Start = VM.reserve(Request);
  }
  bool PlacedNear = bool(Start);
  if (!PlacedNear) {
    Request.Low = Request.High = 0;
    Start = VM.reserve(Request);
  }
  if (!Start)
    return Start.getError();
  return std::unique_ptr<Window>(
      new Window(VM, *Start, Size, PlacedNear, HugePages));
}

Window::Window(VirtualMemory &VM, uintptr_t Base, size_t Size, bool PlacedNear,
               bool HugePages)
    : VM(VM), Base(Base), Size(Size), PlacedNear(PlacedNear),
      HugePages(HugePages), Slabs(Size / SlabSize),
      LiveInSlab(Size / SlabSize, 0), PopulatedInSlab(Size / SlabSize, 0),
      Kinds(static_cast<uint8_t *>(calloc(Size / VM.pageSize(), 1))) {}

Window::~Window() {
  assert(!hasUsers() && "an allocation outlives its arena");
  (void)VM.release(Base, Size, alignTo(GuardBytes, VM.pageSize()));
}

TakeResult Window::take(Lane L, size_t Bytes, size_t Align, size_t KeepFree) {
  RangeMap &FreeInLane = Free[size_t(L)];
  std::optional<uintptr_t> Start = takeProtected(L, Bytes, Align);
  if (!Start)
    Start = FreeInLane.take(Bytes, Align);
  if (!Start) {
    bool Full = false;
    if (std::error_code EC = commit(L, Bytes, Align, KeepFree, Full))
      return {TakeStatus::Refused, 0, EC};
    if (!Full)
      Start = FreeInLane.take(Bytes, Align);
    if (!Start)
      return {TakeStatus::Full};
  }
  countLive({*Start, *Start + Bytes}, /*Alive=*/true);
  populateUpTo(*Start, Bytes);
  return {TakeStatus::Taken, *Start};
}

// Refusal is no failure yet: there may be memory that is writable already.
std::optional<uintptr_t> Window::takeProtected(Lane L, size_t Bytes,
                                               size_t Align) {
  RangeMap &ProtectedInLane = Protected[size_t(L)];
  std::optional<uintptr_t> Start = ProtectedInLane.take(Bytes, Align);
  if (Start && VM.protect(*Start, Bytes, Access::ReadWrite)) {
    ProtectedInLane.give({*Start, *Start + Bytes});
    return std::nullopt;
  }
  return Start;
}

std::error_code Window::commit(Lane L, size_t Bytes, size_t Align,
                               size_t KeepFree, bool &Full) {
  size_t Count = divideCeil(Bytes, SlabSize);
  size_t AlignSlabs = std::max<size_t>(Align / SlabSize, 1);
  size_t Phase = (Base / SlabSize) % AlignSlabs;
  std::optional<size_t> First;
  if (Slabs.untaken() >= Count + KeepFree)
    First = Slabs.take(L, Count, AlignSlabs, Phase);
  if (!First) {
    Full = true;
    return {};
  }
  AddressRange R = slabRange(*First, Count);
  if (std::error_code EC = VM.protect(R.Begin, R.size(), Access::ReadWrite)) {
    // What was changed before the failure must not stay writable.
    (void)VM.protect(R.Begin, R.size(), Access::None);
    for (size_t I = 0; I != Count; ++I)
      Slabs.give(*First + I);
    return EC;
  }
  if (HugePages)
    VM.adviseHugePages(R.Begin, R.size());
  std::fill_n(PopulatedInSlab.begin() + *First, Count, 0);
  Free[size_t(L)].give(R);
  return {};
}

// Memory is taken from a slab mostly upwards. Above a slab's mark nothing was
// ever taken since it was committed, so everything there is writable.
void Window::populateUpTo(uintptr_t Start, size_t Bytes) {
  if (HugePages)
    return; // The first touch brings a whole huge page.
  uintptr_t End = Start + Bytes;
  size_t First = slabOf(Start), Last = slabOf(End - 1);
  uintptr_t LastBegin = slabRange(Last).Begin;
  if (End <= LastBegin + PopulatedInSlab[Last])
    return;
  uintptr_t NewMark =
      std::min<uintptr_t>(alignTo(End, PopulateBytes), slabRange(Last).End);
  uintptr_t From =
      std::max(Start, slabRange(First).Begin + PopulatedInSlab[First]);
  VM.populate(From, NewMark - From);
  std::fill(PopulatedInSlab.begin() + First, PopulatedInSlab.begin() + Last,
            uint32_t(SlabSize));
  PopulatedInSlab[Last] = NewMark - LastBegin;
}

void Window::countLive(AddressRange R, bool Alive) {
  LiveBytes += Alive ? R.size() : -R.size();
  while (R.Begin != R.End) {
    size_t Slab = slabOf(R.Begin);
    uintptr_t PartEnd = std::min(R.End, slabRange(Slab).End);
    uint32_t Part = PartEnd - R.Begin;
    LiveInSlab[Slab] += Alive ? Part : -Part;
    R.Begin = PartEnd;
  }
}

void Window::give(Lane L, AddressRange R) {
  countLive(R, /*Alive=*/false);
  Free[size_t(L)].give(R);
}

void Window::giveProtected(Lane L, AddressRange R) {
  countLive(R, /*Alive=*/false);
  Protected[size_t(L)].give(R);
}

// On failure the slab stays committed, and trim can be called again. How far
// the system got is unknown then.
bool Window::decommit(size_t Slab) {
  AddressRange R = slabRange(Slab);
  size_t L = size_t(*Slabs.owner(Slab));
  Free[L].takeWithin(R);
  Protected[L].takeWithin(R);
  if (VM.discard(R.Begin, R.size()) ||
      VM.protect(R.Begin, R.size(), Access::None)) {
    Protected[L].give(R);
    return false;
  }
  Slabs.give(Slab);
  return true;
}

size_t Window::trim() {
  size_t Before = committedBytes();
  for (size_t I = 0; I != Slabs.size(); ++I)
    if (Slabs.owner(I) && LiveInSlab[I] == 0)
      decommit(I);
  return Before - committedBytes();
}

size_t Window::freeBytes() const {
  size_t Sum = 0;
  for (size_t L = 0; L != NumLanes; ++L)
    Sum += Free[L].bytes() + Protected[L].bytes();
  return Sum;
}

size_t Window::largestFree(Lane L) const {
  return std::max({Slabs.longestUntaken() * SlabSize, Free[size_t(L)].largest(),
                   Protected[size_t(L)].largest()});
}

void Window::setKind(AddressRange Pages, SegmentKind K) {
  if (Kinds)
    memset(&Kinds[(Pages.Begin - Base) / VM.pageSize()], 1 + int(K),
           Pages.size() / VM.pageSize());
}

void Window::clearKind(AddressRange Pages) {
  if (Kinds)
    memset(&Kinds[(Pages.Begin - Base) / VM.pageSize()], 0,
           Pages.size() / VM.pageSize());
}

bool Window::hasKind(uintptr_t Address, SegmentKind K) const {
  return Kinds && Address >= begin() && Address < end() &&
         Kinds[(Address - Base) / VM.pageSize()] == 1 + int(K);
}

static SlabUse useOf(std::optional<Lane> L) {
  if (!L)
    return SlabUse::Untaken;
  switch (*L) {
  case Lane::Mixed:
    return SlabUse::Mixed;
  case Lane::Code:
    return SlabUse::Code;
  case Lane::ROData:
    return SlabUse::ROData;
  case Lane::RWData:
    return SlabUse::RWData;
  }
  return SlabUse::Untaken;
}

WindowSnapshot Window::snapshot() const {
  WindowSnapshot S;
  S.Begin = begin();
  S.End = end();
  S.Slabs.reserve(Slabs.size());
  for (size_t I = 0; I != Slabs.size(); ++I)
    S.Slabs.push_back({useOf(Slabs.owner(I)), LiveInSlab[I]});
  return S;
}

bool Window::verify() const {
  if (!Slabs.verify())
    return false;
  // Every byte of a committed slab is live or free, in the lane
  // that has the slab; no other slab has any.
  SmallVector<size_t, 0> Unused(Slabs.size(), 0);
  bool Ok = true;
  for (size_t L = 0; L != NumLanes; ++L)
    for (const RangeMap *M : {&Free[L], &Protected[L]}) {
      Ok &= M->verify();
      M->forEach([&](AddressRange R) {
        if (R.Begin < begin() || R.End > end() || R.Begin % VM.pageSize() ||
            R.End % VM.pageSize()) {
          Ok = false;
          return;
        }
        while (R.Begin != R.End) {
          size_t Slab = slabOf(R.Begin);
          uintptr_t PartEnd = std::min(R.End, slabRange(Slab).End);
          Ok &= Slabs.owner(Slab) == Lane(L);
          Unused[Slab] += PartEnd - R.Begin;
          R.Begin = PartEnd;
        }
      });
    }
  size_t Live = 0;
  for (size_t I = 0; I != Slabs.size(); ++I) {
    size_t Committed = Slabs.owner(I) ? SlabSize : 0;
    Ok &= Unused[I] + LiveInSlab[I] == Committed;
    Live += LiveInSlab[I];
  }
  return Ok && Live == LiveBytes;
}

} // namespace jitslab
