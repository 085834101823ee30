//===- RemoteBacking.cpp - Memory of two processes ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemoteBacking.h"
#include "../Platform/ResourceLimits.h"
#include "../Platform/SharedFile.h"
#include "jitslab/Arena.h"
#include <algorithm>

using namespace llvm;

namespace jitslab {

// Slabs that are mapped at once: four times as many as the time before, as
// lanes earmark them, but no more than 64 MiB, since a run keeps its memory as
// long as anything of it is used. 64 MiB hold a million tiny objects.
static constexpr size_t FirstRun = 2;
static constexpr size_t LongestRun = 32;

RemoteBacking::RemoteBacking(RemoteMemory &VM, AddressRange Window,
                             Reservation Writer)
    : VM(VM), Window(Window), OfSlab(Window.size() / SlabSize),
      Writer(std::move(Writer)) {
  NextRun.fill(FirstRun);
}

RemoteBacking::~RemoteBacking() {
  for (std::shared_ptr<Run> &R : OfSlab)
    if (R)
      forget(R);
}

size_t RemoteBacking::slabOf(uintptr_t Address) const {
  return (Address - Window.Begin) / SlabSize;
}

bool RemoteBacking::isMappedFor(Lane L, AddressRange Slabs) const {
  for (size_t I = slabOf(Slabs.Begin), E = slabOf(Slabs.End); I != E; ++I)
    if (!OfSlab[I] || OfSlab[I]->Owner != L)
      return false;
  return true;
}

// To where a lane has nothing yet. Towards the window's end first: the lanes
// that grow the other way come to what is there last.
AddressRange RemoteBacking::widen(Lane L, AddressRange Slabs,
                                  AddressRange Around) {
  // What is not used could not be had then.
  if (isOvercommitStrict())
    return Slabs;
  const size_t Bytes = NextRun[L] * SlabSize;
  NextRun[L] = std::min(NextRun[L] * 4, LongestRun);
  auto MayTake = [&](uintptr_t Slab) {
    return Slabs.size() < Bytes && !isMappedFor(L, {Slab, Slab + SlabSize});
  };
  while (Slabs.End != Around.End && MayTake(Slabs.End))
    Slabs.End += SlabSize;
  while (Slabs.Begin != Around.Begin && MayTake(Slabs.Begin - SlabSize))
    Slabs.Begin -= SlabSize;
  return Slabs;
}

std::error_code RemoteBacking::mapShared(Lane L, AddressRange Slabs) {
  const bool ExecutorWrites = finalRights(L) == Access::ReadWrite;
  ErrorOr<SharedMemory> File =
      createSharedFile(Slabs.size(), "jitslab remote",
                       ExecutorWrites ? Seals::SizeOnly : Seals::MoreLater);
  if (!File)
    return File.getError();
  // The mappings keep it.
  OwnedDescriptor Owner(File->Descriptor);
  if (std::error_code EC = chargeIfStrict(*File, 0, Slabs.size()))
    return EC;
  if (std::error_code EC =
          Local.mapShared(writerOf(Slabs.Begin), Slabs.size(),
                          Access::ReadWrite, *File, 0, Sharing::Shared))
    return EC;
  Local.advise(writerOf(Slabs.Begin), Slabs.size(), Advice::NoDump);
  if (!ExecutorWrites)
    if (std::error_code EC = forbidWriting(*File))
      return EC;
  return VM.executor().map(Slabs, L, &*File);
}

std::error_code RemoteBacking::mapPrivate(Lane L, AddressRange Slabs) {
  if (std::error_code EC =
          Local.protect(writerOf(Slabs.Begin), Slabs.size(), Access::ReadWrite))
    return EC;
  return VM.executor().map(Slabs, L, /*File=*/nullptr);
}

std::error_code RemoteBacking::mapAhead(Lane L, AddressRange Slabs) {
  std::error_code EC =
      VM.executor().sharesMemory() ? mapShared(L, Slabs) : mapPrivate(L, Slabs);
  if (EC)
    (void)Local.unmap(writerOf(Slabs.Begin), Slabs.size());
  // Another lane's, ahead of a use that has not come.
  for (size_t I = slabOf(Slabs.Begin), E = slabOf(Slabs.End); I != E; ++I)
    if (OfSlab[I])
      forget(OfSlab[I]);
  if (EC)
    return EC;
  VM.countRun(Slabs.size());
  auto New = std::make_shared<Run>(Run{L});
  for (size_t I = slabOf(Slabs.Begin), E = slabOf(Slabs.End); I != E; ++I)
    OfSlab[I] = New;
  return {};
}

std::error_code RemoteBacking::commit(Lane L, AddressRange Slabs,
                                      AddressRange Around) {
  if (!isMappedFor(L, Slabs)) {
    const AddressRange Run = widen(L, Slabs, Around);
    std::error_code EC = mapAhead(L, Run);
    // A limit of file sizes, or of memory, may leave room for what is needed.
    if (EC && Run.size() != Slabs.size() && EC != std::errc::connection_reset) {
      NextRun[L] = FirstRun;
      EC = mapAhead(L, Slabs);
    }
    if (EC)
      return EC;
  }
  for (size_t I = slabOf(Slabs.Begin), E = slabOf(Slabs.End); I != E; ++I)
    ++OfSlab[I]->Used;
  return {};
}

// What the executor refuses to unmap, and what is left of a run of which a part
// is used, the next use maps over.
std::error_code RemoteBacking::decommit(AddressRange Slab) {
  Run *R = OfSlab[slabOf(Slab.Begin)].get();
  if (--R->Used == 0)
    unmapRun(R);
  return {};
}

void RemoteBacking::forget(std::shared_ptr<Run> &R) {
  VM.uncountBytes(SlabSize);
  if (R.use_count() == 1)
    VM.uncountRun();
  R.reset();
}

void RemoteBacking::unmapRun(const Run *R) {
  for (size_t I = 0, E = OfSlab.size(); I != E;) {
    size_t First = I++;
    if (OfSlab[First].get() != R)
      continue;
    while (I != E && OfSlab[I].get() == R)
      ++I;
    AddressRange Slabs{Window.Begin + First * SlabSize,
                       Window.Begin + I * SlabSize};
    (void)VM.executor().unmap(Slabs);
    (void)Local.unmap(writerOf(Slabs.Begin), Slabs.size());
    for (size_t J = First; J != I; ++J)
      forget(OfSlab[J]);
  }
}

} // namespace jitslab
