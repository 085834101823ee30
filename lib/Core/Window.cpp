//===- Window.cpp - A contiguous reservation of address space -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Window.h"
#include "DualBacking.h"
#include "Errors.h"
#include "GuardBytes.h"
#include "RemappedBacking.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cassert>
#include <cstring>

using namespace llvm;

namespace jitslab {

// What the tightest relocation spans in each direction; see MaxWindowSize.
static constexpr uintptr_t Reach = uintptr_t(2) << 30;

// libgcc takes a function whose address has no bits but above these for one
// that the linker has discarded, and does not find its frame: its tables have
// 32 bits for it (gcc/libgcc/unwind-dw2-fde.c: add_fdes, linear_search_fdes).
// An exception that comes to such a function would end the process.
static constexpr uintptr_t FunctionBorder = uintptr_t(1) << 32;

// How much is backed with memory in one go ahead of its use: one call instead
// of up to 32 page faults (with 4 KiB pages), at the price of resident memory
// that may never be used; so a lane begins with less than it gets later.
static constexpr size_t FirstPopulateBytes = size_t(16) * 1024;
static constexpr size_t MostPopulateBytes = size_t(128) * 1024;

static size_t granuleFor(Layout L, const VirtualMemory &VM) {
  return L == Layout::Dense ? DenseGranule : VM.pageSize();
}

Expected<std::unique_ptr<Window>> Window::create(VirtualMemory &VM,
                                                 const ArenaOptions &Options) {
  assert(Options.WindowSize % SlabSize == 0 && "whole slabs");
  ReservationRequest Request;
  Request.Size = Options.WindowSize;
  Request.Align = SlabSize;
  Request.Guard = guardBytes(VM);
  Request.Border = FunctionBorder;
  ErrorOr<uintptr_t> Start =
      std::make_error_code(std::errc::address_not_available);
  if (uintptr_t Near = Options.Near) {
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
    return systemError(Start.getError(), "cannot reserve a window of " +
                                             Twine(Request.Size) + " bytes");
  std::unique_ptr<Window> W(new Window(VM, Options, *Start, PlacedNear));
  if (Options.ObjectLayout != Layout::Dense) {
    W->setBacking(std::make_unique<RemappedBacking>(VM, Options.HugePages));
    return W;
  }
  auto Dual =
      DualBacking::create(VM, *Start, Options.WindowSize, Options.HugePages);
  if (!Dual)
    return Dual.takeError();
  W->setBacking(std::move(*Dual));
  return W;
}

// An array whose elements have no default constructor and are made alike.
template <size_t... I>
static std::array<RangeMap, sizeof...(I)>
makeRangeMaps(uintptr_t Base, size_t Granule, std::index_sequence<I...>) {
  return {((void)I, RangeMap(Base, Granule))...};
}

Window::Window(VirtualMemory &VM, const ArenaOptions &Options, uintptr_t Base,
               bool PlacedNear)
    : VM(VM), Base(Base), Size(Options.WindowSize), PlacedNear(PlacedNear),
      Granule(granuleFor(Options.ObjectLayout, VM)), Slabs(Size / SlabSize),
      Free(makeRangeMaps(Base, Granule, std::make_index_sequence<NumLanes>())),
      Protected(
          makeRangeMaps(Base, Granule, std::make_index_sequence<NumLanes>())),
      LiveInSlab(Size / SlabSize, 0), PopulatedInSlab(Size / SlabSize, 0),
      FreedCodeInSlab(Size / SlabSize, 0), Frozen(unsigned(Size / SlabSize)),
      Kinds(static_cast<uint8_t *>(calloc(Size / VM.pageSize(), 1))) {
  RefusedBytes.fill(SIZE_MAX);
}

void Window::setBacking(std::unique_ptr<SlabBacking> B) {
  Backing = std::move(B);
  for (size_t L = 0; L != NumLanes; ++L)
    WorkingOffsets[L] = Backing->workingOffset(Lane(L));
}

Window::~Window() {
  assert(!hasUsers() && "an allocation outlives its arena");
  Backing.reset();
  (void)VM.release(Base, Size, guardBytes(VM));
}

TakeResult Window::take(Lane L, size_t Bytes, size_t Align, size_t KeepFree) {
  RangeMap &FreeInLane = Free[size_t(L)];
  std::optional<uintptr_t> Start;
  bool SystemRefused = false;
  if (!Protected[size_t(L)].empty())
    Start = takeProtected(L, Bytes, Align, SystemRefused);
  if (!Start)
    Start = FreeInLane.take(Bytes, Align);
  if (!Start) {
    bool Full = false;
    if (std::error_code EC = commit(L, Bytes, Align, KeepFree, Full))
      return {TakeStatus::Refused, 0, EC};
    if (!Full)
      Start = FreeInLane.take(Bytes, Align);
    if (!Start) {
      if (!SystemRefused)
        noteFull(L, Bytes, Align);
      return {TakeStatus::Full};
    }
  }
  countLive({*Start, *Start + Bytes}, /*Alive=*/true);
  populateUpTo(L, *Start, Bytes);
  return {TakeStatus::Taken, *Start};
}

bool Window::takeFront(Lane L, AddressRange R) {
  if (R.End > end() || !Free[size_t(L)].takeFront(R))
    return false;
  countLive(R, /*Alive=*/true);
  populateUpTo(L, R.Begin, R.size());
  return true;
}

// Whatever is larger, or aligned more, is refused too.
void Window::noteFull(Lane L, size_t Bytes, size_t Align) {
  size_t &Refused = RefusedBytes[size_t(L)];
  if (Align <= Granule)
    Refused = std::min(Refused, Bytes);
}

// Refusal is no failure yet: there may be memory that is writable already.
std::optional<uintptr_t> Window::takeProtected(Lane L, size_t Bytes,
                                               size_t Align, bool &Refused) {
  RangeMap &ProtectedInLane = Protected[size_t(L)];
  std::optional<uintptr_t> Start = ProtectedInLane.take(Bytes, Align);
  if (Start && Backing->makeWritable(L, {*Start, *Start + Bytes})) {
    ProtectedInLane.give({*Start, *Start + Bytes});
    Refused = true;
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
  if (std::error_code EC = Backing->commit(L, R)) {
    for (size_t I = 0; I != Count; ++I)
      freeSlab(*First + I);
    return EC;
  }
  std::fill_n(PopulatedInSlab.begin() + *First, Count, 0);
  Free[size_t(L)].give(R);
  // More than was asked for, perhaps.
  RefusedBytes[size_t(L)] = SIZE_MAX;
  return {};
}

// Memory is taken from a slab mostly upwards. Above a slab's mark nothing was
// ever taken since it was committed, so everything there is writable.
void Window::populateFurther(Lane L, uintptr_t Start, uintptr_t End) {
  size_t First = slabOf(Start), Last = slabOf(End - 1);
  uintptr_t LastBegin = slabRange(Last).Begin;
  size_t &SoFar = Populated[size_t(L)];
  size_t Step = std::clamp(SoFar ? size_t(1) << Log2_64(SoFar) : 0,
                           FirstPopulateBytes, MostPopulateBytes);
  Step = std::max(Step, VM.pageSize());
  uintptr_t OldMark = LastBegin + PopulatedInSlab[Last];
  uintptr_t NewMark =
      End > OldMark
          ? std::min<uintptr_t>(alignTo(End, Align(Step)), slabRange(Last).End)
          : OldMark;
  // The pages before Start's may be sealed.
  uintptr_t From = std::max(Start & ~(VM.pageSize() - 1),
                            slabRange(First).Begin + PopulatedInSlab[First]);
  // So may those between the end and a mark that lies behind it.
  uintptr_t To = End > OldMark ? NewMark : alignTo(End, VM.pageSize());
  Backing->populate(L, {From, To});
  SoFar += To - From;
  for (size_t I = First; I <= Last; ++I) {
    uint32_t Mark = uint32_t(I == Last ? NewMark - LastBegin : SlabSize);
    if (Mark == SlabSize && PopulatedInSlab[I] != SlabSize)
      Backing->onSlabFull(L, slabRange(I));
    PopulatedInSlab[I] = Mark;
  }
}

/// Calls \p Visit with each slab that \p R (not empty) lies in, and where in
/// the slab its part begins and ends.
template <typename Fn>
void Window::forEachSlabPart(AddressRange R, Fn Visit) const {
  do {
    size_t Slab = slabOf(R.Begin);
    AddressRange Whole = slabRange(Slab);
    uintptr_t PartEnd = std::min(R.End, Whole.End);
    Visit(Slab, uint32_t(R.Begin - Whole.Begin),
          uint32_t(PartEnd - Whole.Begin));
    R.Begin = PartEnd;
  } while (R.Begin != R.End);
}

void Window::countLive(AddressRange R, bool Alive) {
  LiveBytes += Alive ? R.size() : -R.size();
  forEachSlabPart(R, [&](size_t Slab, uint32_t Begin, uint32_t End) {
    LiveInSlab[Slab] += Alive ? End - Begin : Begin - End;
  });
}

void Window::noteFreedCode(AddressRange R) {
  forEachSlabPart(R, [&](size_t Slab, uint32_t, uint32_t End) {
    FreedCodeInSlab[Slab] = std::max(FreedCodeInSlab[Slab], End);
  });
}

bool Window::mayHoldFreedCode(AddressRange R) const {
  bool Found = false;
  forEachSlabPart(R, [&](size_t Slab, uint32_t Begin, uint32_t) {
    Found |= Begin < FreedCodeInSlab[Slab];
  });
  return Found;
}

void Window::give(Lane L, AddressRange R) {
  countLive(R, /*Alive=*/false);
  if (giveFrozen(R))
    return;
  Free[size_t(L)].give(R);
  RefusedBytes[size_t(L)] = SIZE_MAX;
}

// Who seals by changing access rights shares nothing that a fork could freeze.
void Window::giveProtected(Lane L, AddressRange R) {
  countLive(R, /*Alive=*/false);
  Protected[size_t(L)].give(R);
  RefusedBytes[size_t(L)] = SIZE_MAX;
}

void Window::freezeShared() {
  for (size_t I = 0; I != Slabs.size(); ++I) {
    std::optional<Lane> L = Slabs.owner(I);
    if (!L || Frozen[I] || !Backing->isSharedByFork(*L))
      continue;
    // Also what a decommit has left that the system refused.
    for (RangeMap *M : {&Free[size_t(*L)], &Protected[size_t(*L)]})
      for (AddressRange R : M->takeWithin(slabRange(I)))
        FrozenBytes += R.size();
    Frozen.set(I);
    if (LiveInSlab[I] == 0)
      abandon(I);
  }
  Backing->renew();
}

// A range that was taken before a fork lies in frozen slabs only.
bool Window::giveFrozen(AddressRange R) {
  size_t First = slabOf(R.Begin), Last = slabOf(R.End - 1);
  if (!Frozen[First])
    return false;
  FrozenBytes += R.size();
  for (size_t I = First; I <= Last; ++I)
    if (LiveInSlab[I] == 0)
      abandon(I);
  return true;
}

void Window::freeSlab(size_t Slab) {
  Slabs.give(Slab);
  RefusedBytes.fill(SIZE_MAX);
}

// If the system refuses, trim tries again.
void Window::abandon(size_t Slab) {
  if (Backing->abandon(slabRange(Slab)))
    return;
  Frozen.reset(Slab);
  FrozenBytes -= SlabSize;
  freeSlab(Slab);
}

// On failure the slab stays committed, and trim can be called again. How far
// the system got is unknown then.
bool Window::decommit(size_t Slab) {
  AddressRange R = slabRange(Slab);
  Lane L = *Slabs.owner(Slab);
  Free[size_t(L)].takeWithin(R);
  Protected[size_t(L)].takeWithin(R);
  if (Backing->decommit(L, R)) {
    Protected[size_t(L)].give(R);
    RefusedBytes[size_t(L)] = SIZE_MAX;
    // Nothing is known to be writable that could be populated.
    PopulatedInSlab[Slab] = SlabSize;
    return false;
  }
  freeSlab(Slab);
  return true;
}

size_t Window::trim() {
  size_t Before = committedBytes();
  for (size_t I = 0; I != Slabs.size(); ++I)
    if (Slabs.owner(I) && LiveInSlab[I] == 0)
      Frozen[I] ? abandon(I) : void(decommit(I));
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
  bool Ok = true;
  for (size_t L = 0; L != NumLanes; ++L)
    Ok &= std::max(Free[L].largest(), Protected[L].largest()) < RefusedBytes[L];
  // Every byte of a committed slab is live or free, in the lane
  // that has the slab; no other slab has any.
  SmallVector<size_t, 0> Unused(Slabs.size(), 0);
  for (size_t L = 0; L != NumLanes; ++L)
    for (const RangeMap *M : {&Free[L], &Protected[L]}) {
      Ok &= M->verify();
      M->forEach([&](AddressRange R) {
        if (R.Begin < begin() || R.End > end() || R.Begin % Granule ||
            R.End % Granule) {
          Ok = false;
          return;
        }
        while (R.Begin != R.End) {
          size_t Slab = slabOf(R.Begin);
          uintptr_t PartEnd = std::min(R.End, slabRange(Slab).End);
          Ok &= Slabs.owner(Slab) == Lane(L) && !Frozen[Slab];
          Unused[Slab] += PartEnd - R.Begin;
          R.Begin = PartEnd;
        }
      });
    }
  size_t Live = 0, FrozenUnused = 0;
  for (size_t I = 0; I != Slabs.size(); ++I) {
    size_t Committed = Slabs.owner(I) ? SlabSize : 0;
    if (Frozen[I]) {
      Unused[I] = Committed - LiveInSlab[I];
      FrozenUnused += Unused[I];
    }
    Ok &= Unused[I] + LiveInSlab[I] == Committed;
    Live += LiveInSlab[I];
  }
  return Ok && Live == LiveBytes && FrozenUnused == FrozenBytes;
}

} // namespace jitslab
