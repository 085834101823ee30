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
#include "llvm/Support/MathExtras.h"
#include <cassert>

using namespace llvm;

namespace jitslab {

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
  if (!Policy)
    return make_error<StringError>(
        "jitslab: this version has no Layout::Dense yet; use "
        "Layout::PerProtection",
        std::make_error_code(std::errc::function_not_supported));

  std::unique_ptr<ArenaImpl> Impl(
      new ArenaImpl(Options, VM, std::move(Policy)));
  if (Error Err = Impl->addWindowFor(MinWindowSize))
    return Err;
  Impl->Options.WindowSize = Impl->Windows.front()->size();
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
  assert(LiveObjects == 0 && "an allocation outlives its arena");
}

Error ArenaImpl::addWindow(size_t Size) {
  ErrorOr<std::unique_ptr<Window>> W =
      Window::create(VM, Size, Options.Near, Options.HugePages);
  if (!W)
    return systemError(W.getError(),
                       "cannot reserve a window of " + Twine(Size) + " bytes");
  Windows.push_back(std::move(*W));
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

Expected<Allocation> ArenaImpl::allocate(const Footprint &F,
                                         const Allocation *Sibling) {
  for (SegmentKind K : AllSegmentKinds)
    if (F[K].Size && !isPowerOf2_64(F[K].Align))
      return optionError("an alignment of " + Twine(F[K].Align) +
                         " bytes is asked for, which is no power of two");
  Allocation A;
  std::lock_guard<std::mutex> Guard(Lock);
  if (Error Err = place(F, Sibling, A))
    return Err;
  A.Owner = this;
  A.Home->addUser();
  A.Objects = Sibling ? 0 : 1;
  LiveObjects += A.Objects;
  return A;
}

Error ArenaImpl::place(const Footprint &F, const Allocation *Sibling,
                       Allocation &A) {
  if (!Policy->worstCase(F))
    return fullError(F);
  // The last slab of a window is left to objects that lie in it already and
  // turn out larger than their linker said. Without a further window to go to,
  // nobody is turned away for that.
  size_t KeepFree = Options.Grow && !Sibling ? 1 : 0;
  for (const std::unique_ptr<Window> &W : Windows) {
    if (Sibling && W.get() != Sibling->Home)
      continue;
    TakeResult Result = Policy->place(*W, F, KeepFree, A);
    switch (Result.Status) {
    case TakeStatus::Taken:
      A.Home = W.get();
      return Error::success();
    case TakeStatus::Refused:
      return systemError(Result.Reason, "cannot make a slab writable");
    case TakeStatus::Full:
      break;
    }
  }
  if (Sibling || !Options.Grow)
    return fullError(F);
  return placeInNewWindow(F, A);
}

Error ArenaImpl::placeInNewWindow(const Footprint &F, Allocation &A) {
  std::optional<size_t> Needed = Policy->worstCase(F);
  if (!Needed || *Needed > MaxWindowSize - SlabSize)
    return fullError(F);
  if (Error Err = addWindowFor(alignTo(*Needed, SlabSize) + SlabSize))
    return Err;
  TakeResult Result = Policy->place(*Windows.back(), F, /*KeepFree=*/0, A);
  if (Result.Status == TakeStatus::Taken) {
    A.Home = Windows.back().get();
    return Error::success();
  }
  Windows.pop_back();
  if (Result.Status == TakeStatus::Full)
    return fullError(F);
  return systemError(Result.Reason, "cannot make a slab writable");
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

void ArenaImpl::shrink(Allocation &A, SegmentKind K, size_t Used) {
  std::lock_guard<std::mutex> Guard(Lock);
  Policy->shrink(*A.Home, A, K, Used);
}

void ArenaImpl::addObject(Allocation &A) {
  std::lock_guard<std::mutex> Guard(Lock);
  ++A.Objects;
  ++LiveObjects;
}

Error ArenaImpl::seal(ArrayRef<Allocation *> Allocations) {
  assert(all_of(Allocations, [&](Allocation *A) { return A->Owner == this; }) &&
         "an allocation of another arena");
  if (std::error_code EC = Policy->seal(Allocations))
    return systemError(EC, "cannot give code and read-only data their final "
                           "access rights");
  return Error::success();
}

void ArenaImpl::release(Allocation &A) {
  bool Prepared = Policy->prepareRelease(A);
  std::lock_guard<std::mutex> Guard(Lock);
  Policy->release(*A.Home, A, Prepared);
  A.Home->removeUser();
  LiveObjects -= A.Objects;
  A.Objects = 0;
  A.Owner = nullptr;
  A.Home = nullptr;
}

size_t ArenaImpl::trim() {
  std::lock_guard<std::mutex> Guard(Lock);
  size_t GivenBack = 0;
  for (const std::unique_ptr<Window> &W : Windows)
    GivenBack += W->trim();
  // Newest first, so that what remains is the oldest window.
  for (size_t I = Windows.size(); I-- > 0 && Windows.size() > 1;)
    if (!Windows[I]->hasUsers())
      Windows.erase(Windows.begin() + I);
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
  return !Windows.empty() &&
         all_of(Windows, [](const auto &W) { return W->verify(); });
}

} // namespace jitslab
