//===- ArenaImpl.cpp - The arena behind its public face -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArenaImpl.h"
#include "Errors.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"
#include <cassert>
#include <utility>

using namespace llvm;

namespace jitslab {

// The largest object that may come in pieces (512 MiB): where less is left,
// linkers have to say in advance what they need.
static constexpr size_t SpaciousSlabs = 256;

static constexpr const char *CannotCommit = "cannot commit a slab";

static Error checkOptions(const ArenaOptions &O) {
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
  switch (O.ObjectLayout) {
  case Layout::PerObject:
  case Layout::PerProtection:
  case Layout::Dense:
    return Error::success();
  }
  return optionError("ObjectLayout is " +
                     Twine(static_cast<int>(O.ObjectLayout)) +
                     ", which is no layout");
}

Expected<std::unique_ptr<ArenaImpl>> ArenaImpl::create(ArenaOptions Options,
                                                       VirtualMemory &VM) {
  if (Error Err = checkOptions(Options))
    return Err;
  std::unique_ptr<LayoutPolicy> Policy =
      LayoutPolicy::create(Options.ObjectLayout, VM);
  std::unique_ptr<ArenaImpl> Impl(
      new ArenaImpl(Options, VM, std::move(Policy)));
  if (Error Err = Impl->addWindowFor(MinWindowSize))
    return Err;
  if (std::error_code EC = Impl->enroll())
    return systemError(EC, "cannot register for forks");
  Impl->Options.WindowSize = Impl->Windows.front()->size();
  Impl->updateSpacious();
  return Impl;
}

ArenaImpl::ArenaImpl(ArenaOptions Options, VirtualMemory &VM,
                     std::unique_ptr<LayoutPolicy> Policy)
    : Options(Options), MayHalve(Options.WindowSize == 0), VM(VM),
      Policy(std::move(Policy)) {
  if (MayHalve)
    this->Options.WindowSize =
        Options.Near ? DefaultNearWindowSize : DefaultWindowSize;
}

ArenaImpl::~ArenaImpl() {
  withdraw();
  assert(LiveObjects == 0 && "an allocation outlives its arena");
}

Error ArenaImpl::addWindow(size_t Size) {
  ArenaOptions Wanted = Options;
  Wanted.WindowSize = Size;
  Expected<std::unique_ptr<Window>> W = Window::create(VM, Wanted);
  if (!W)
    return W.takeError();
  Windows.push_back(std::move(*W));
  Windows.back()->Number = Windows.size() - 1;
  Index.add(Windows.back()->refused());
  // As long as it was the only one, it was not kept up to date.
  updateIndex(*Windows.front());
  return Error::success();
}

/// A window of the usual size, or of what is needed if that is more. Where the
/// system refuses, and the size is up to this library, half of it and so on.
Error ArenaImpl::addWindowFor(size_t NeededBytes) {
  size_t Floor = std::max(NeededBytes, MinWindowSize);
  for (size_t Size = std::max(Options.WindowSize, Floor);;
       Size = std::max(alignTo(Size / 2, SlabSize), Floor)) {
    Error Err = addWindow(Size);
    if (!Err || !MayHalve || Size == Floor)
      return Err;
    consumeError(std::move(Err));
  }
}

// Runs where there is one thread only, and its copy of the lock is held.
void ArenaImpl::afterForkInChild() {
  for (const std::unique_ptr<Window> &W : Windows)
    W->detachFromParent();
  Lock.unlock();
}

void ArenaImpl::freezeShared() {
  Forks = forkCount();
  for (const std::unique_ptr<Window> &W : Windows) {
    W->freezeShared();
    updateIndex(*W);
  }
}

Expected<Allocation> ArenaImpl::allocate(const Footprint &F,
                                         const Allocation *Sibling) {
  bool TooLarge = false;
  for (SegmentKind K : AllSegmentKinds) {
    if (F[K].Size && !isPowerOf2_64(F[K].Align))
      return optionError("an alignment of " + Twine(F[K].Align) +
                         " bytes is asked for, which is no power of two");
    TooLarge |= F[K].Size > MaxWindowSize || F[K].Align > MaxWindowSize;
  }
  if (Sibling && Sibling->Owner != this)
    return optionError("the sibling of an object is none of this arena's");
  // Filled where it is returned: it is copied often enough later on.
  Expected<Allocation> Result{Allocation()};
  (void)bool(Result);
  Allocation &A = *Result;
  std::lock_guard<std::mutex> Guard(Lock);
  noticeFork();
  if (TooLarge)
    return fullError(F);
  if (Error Err = place(F, Sibling, A))
    return Err;
  A.Owner = this;
  A.Home->addUser();
  noteReuse(A);
  updateSpacious();
  A.Forks = Forks;
  A.Objects = Sibling ? 0 : 1;
  LiveObjects += A.Objects;
  return Result;
}

// As long as it is taken nobody else frees anything there, so this need not be
// asked again.
void ArenaImpl::noteReuse(Allocation &A) {
  if (Allocation::Part &Code = A.Parts[SegmentKind::Code])
    Code.Reused =
        A.Home->mayHoldFreedCode(LayoutPolicy::usable(A, SegmentKind::Code));
}

// After windows have gone, and others have got their numbers.
void ArenaImpl::rebuildIndex() {
  Index.clear();
  for (size_t I = 0; I != Windows.size(); ++I) {
    Windows[I]->Number = I;
    Index.add(Windows[I]->refused());
  }
}

TakeResult ArenaImpl::placeIn(Window &W, const Footprint &F, size_t KeepFree,
                              Allocation &A) {
  A.Home = &W;
  TakeResult Result = Policy->place(W, F, KeepFree, A);
  updateIndex(W);
  return Result;
}

static Error errorOf(const TakeResult &Result) {
  if (Result.Status == TakeStatus::Taken)
    return Error::success();
  return systemError(Result.Reason, CannotCommit);
}

TakeResult ArenaImpl::placeInWindows(const Footprint &F,
                                     const Allocation *Sibling, Allocation &A) {
  // The last slab of a window is left to objects that lie in it already and
  // turn out larger than their linker said. Without a further window to go to,
  // nobody is turned away for that.
  if (Sibling || Windows.size() == 1)
    return placeIn(Sibling ? *Sibling->Home : *Windows.front(), F,
                   /*KeepFree=*/Options.Grow && !Sibling ? 1 : 0, A);
  const LaneBytes Least = Policy->leastBytes(F);
  for (size_t I = 0; (I = Index.next(I, Least)) != Windows.size(); ++I) {
    TakeResult Result = placeIn(*Windows[I], F, /*KeepFree=*/1, A);
    if (Result.Status != TakeStatus::Full)
      return Result;
  }
  return {TakeStatus::Full};
}

Error ArenaImpl::place(const Footprint &F, const Allocation *Sibling,
                       Allocation &A) {
  TakeResult Result = placeInWindows(F, Sibling, A);
  // Empty slabs belong to the lane that had them, in case that it needs them
  // again; now another one does.
  if (Result.Status == TakeStatus::Full && MayTrim && trimWindows())
    Result = placeInWindows(F, Sibling, A);
  if (Result.Status != TakeStatus::Full)
    return errorOf(Result);
  if (Sibling || !Options.Grow)
    return fullError(F);
  return placeInNewWindow(F, A);
}

// With one window there is no question where an object begins that comes in
// pieces; and it has room if it is no larger than what is untaken.
void ArenaImpl::updateSpacious() {
  bool Is = Options.ObjectLayout == Layout::Dense && Windows.size() == 1 &&
            Windows.front()->untakenSlabs() >=
                std::max(SpaciousSlabs, Windows.front()->size() / SlabSize / 2);
  Spacious.store(Is, std::memory_order_relaxed);
}

Error ArenaImpl::placeInNewWindow(const Footprint &F, Allocation &A) {
  std::optional<size_t> Needed = Policy->worstCase(F);
  if (!Needed || *Needed > MaxWindowSize - SlabSize)
    return fullError(F);
  if (Error Err = addWindowFor(alignTo(*Needed, SlabSize) + SlabSize))
    return Err;
  TakeResult Result = placeIn(*Windows.back(), F, /*KeepFree=*/0, A);
  if (Result.Status == TakeStatus::Taken)
    return Error::success();
  Windows.pop_back();
  rebuildIndex();
  return Result.Status == TakeStatus::Full ? fullError(F) : errorOf(Result);
}

Error ArenaImpl::fullError(const Footprint &F) const {
  size_t Used = 0, Reserved = 0, Largest = 0;
  for (const std::unique_ptr<Window> &W : Windows) {
    Used += W->liveBytes();
    Reserved += W->size();
    Largest = std::max(Largest, Policy->largestFree(*W));
  }
  std::string Message =
      ("jitslab: no room for an object of " + Twine(F[SegmentKind::Code].Size) +
       " bytes of code, " + Twine(F[SegmentKind::ROData].Size) +
       " of read-only data and " + Twine(F[SegmentKind::RWData].Size) +
       " of data: of " + Twine(Reserved) + " bytes in " +
       Twine(Windows.size()) + " window(s), " + Twine(Used) + " are used and " +
       Twine(Reserved - Used) + " free, the largest free block is " +
       Twine(Largest) + " bytes; ")
          .str();
  std::optional<size_t> Needed = Policy->worstCase(F);
  if (!Needed || *Needed > MaxWindowSize - SlabSize)
    Message += "no window can be larger than " + std::to_string(MaxWindowSize) +
               " bytes, or relocations would overflow";
  else if (!Options.Grow)
    Message += "free objects, set a larger ArenaOptions::WindowSize, or let "
               "the arena grow (ArenaOptions::Grow)";
  else
    Message += "the object has outgrown what its linker had reserved, and its "
               "window is full";
  return make_error<ArenaFullError>(std::move(Message));
}

Segment ArenaImpl::enlarge(Allocation &A, SegmentKind K, size_t Used,
                           const SegmentFootprint &F) {
  if (!isPowerOf2_64(F.Align))
    return {};
  {
    std::lock_guard<std::mutex> Guard(Lock);
    noticeFork();
    if (A.Forks != Forks)
      return {};
    bool Enlarged = Policy->enlarge(*A.Home, A, K, Used, F);
    updateIndex(*A.Home);
    if (!Enlarged)
      return {};
    noteReuse(A);
  }
  uintptr_t Segment = LayoutPolicy::usable(A, K).Begin;
  size_t Offset = alignTo(Segment + Used, Align(F.Align)) - Segment;
  return {LayoutPolicy::workingAddress(A, K) + Offset, Segment + Offset,
          F.Size};
}

void ArenaImpl::shrink(Allocation &A, SegmentKind K, size_t Used) {
  std::lock_guard<std::mutex> Guard(Lock);
  noticeFork();
  Policy->shrink(*A.Home, A, K, Used);
  MayTrim = true;
  updateIndex(*A.Home);
}

void ArenaImpl::addObject(Allocation &A) {
  std::lock_guard<std::mutex> Guard(Lock);
  ++A.Objects;
  ++LiveObjects;
}

Error ArenaImpl::seal(ArrayRef<Allocation *> Allocations) {
  if (any_of(Allocations, [&](Allocation *A) { return A->Owner != this; }))
    return optionError("what is to be sealed is none of this arena's");
  if (Options.ObjectLayout == Layout::Dense &&
      any_of(Allocations,
             [](Allocation *A) { return A->Forks < forkCountAtBirth(); }))
    return make_error<StringError>(
        "jitslab: this process was forked off while the object was being "
        "linked, and what was written by then stays with the parent; load the "
        "object again",
        std::make_error_code(std::errc::operation_canceled));
  if (std::error_code EC = Policy->seal(Allocations))
    return systemError(EC, "cannot give code and read-only data their final "
                           "access rights");
  // Caches are coherent by now, but another processor may be on the way to what
  // ran there before. Where nothing did there is nothing to be on the way to.
  bool Reused = false;
  for (Allocation *A : Allocations)
    Reused |= std::exchange(A->Parts[SegmentKind::Code].Reused, false);
  if (Reused)
    VM.synchronizeThreads();
  return Error::success();
}

void ArenaImpl::release(Allocation &A) {
  bool Prepared = Policy->prepareRelease(A);
  std::lock_guard<std::mutex> Guard(Lock);
  noticeFork();
  const Allocation::Part &Code = A.Parts[SegmentKind::Code];
  if (Code && Code.Rights != Allocation::State::Writable)
    A.Home->noteFreedCode(LayoutPolicy::usable(A, SegmentKind::Code));
  Policy->release(*A.Home, A, Prepared);
  MayTrim = true;
  updateIndex(*A.Home);
  A.Home->removeUser();
  LiveObjects -= A.Objects;
  A.Objects = 0;
  A.Owner = nullptr;
  A.Home = nullptr;
}

size_t ArenaImpl::trim() {
  std::lock_guard<std::mutex> Guard(Lock);
  noticeFork();
  size_t GivenBack = trimWindows();
  updateSpacious();
  return GivenBack;
}

size_t ArenaImpl::trimWindows() {
  MayTrim = false;
  size_t GivenBack = 0;
  // Newest first, so that what remains is the oldest window. Before slabs are
  // looked at: those of a window that goes need no calls of their own, which a
  // process without a mapping to spare would be refused.
  for (size_t I = Windows.size(); I-- > 0 && Windows.size() > 1;)
    if (!Windows[I]->hasUsers()) {
      GivenBack += Windows[I]->committedBytes();
      Windows.erase(Windows.begin() + I);
    }
  for (const std::unique_ptr<Window> &W : Windows)
    GivenBack += W->trim();
  rebuildIndex();
  return GivenBack;
}

ArenaStats ArenaImpl::stats() const {
  std::lock_guard<std::mutex> Guard(Lock);
  ArenaStats S;
  S.Windows = Windows.size();
  S.LiveObjects = LiveObjects;
  for (const std::unique_ptr<Window> &W : Windows) {
    S.WindowsNear += W->isNear();
    S.ReservedBytes += W->size();
    S.CommittedBytes += W->committedBytes();
    S.LiveBytes += W->liveBytes();
    S.FreeBytes += W->freeBytes();
    S.FrozenBytes += W->frozenBytes();
  }
  return S;
}

ArenaSnapshot ArenaImpl::snapshot() const {
  std::lock_guard<std::mutex> Guard(Lock);
  ArenaSnapshot S;
  for (const std::unique_ptr<Window> &W : Windows)
    S.Windows.push_back(W->snapshot());
  return S;
}

bool ArenaImpl::verify() const {
  std::lock_guard<std::mutex> Guard(Lock);
  if (Windows.empty() || Index.size() != Windows.size() || !Index.verify())
    return false;
  for (size_t I = 0; I != Windows.size(); ++I)
    if (!Windows[I]->verify() || Windows[I]->Number != I ||
        (Windows.size() > 1 && Index.get(I) != Windows[I]->refused()))
      return false;
  return true;
}

} // namespace jitslab
