//===- ExecutorWindow.cpp - A window of a controller's --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorWindow.h"
#include "../Core/DenseLayout.h"
#include "../Core/WindowPlace.h"
#include "../Platform/CodeMemory.h"
#include "ExecutorSection.h"
#include <cstring>

using namespace llvm;

namespace jitslab {

static Expected<WindowPlace> reserveSpace(VirtualMemory &VM, size_t Size) {
  const WindowGoal Goal = WindowGoal::of(ArenaOptions());
  if (Goal.isNear()) {
    Expected<WindowPlace> Near =
        reserveWindow(VM, Size, Goal, /*Elsewhere=*/false);
    if (Near)
      return Near;
    consumeError(Near.takeError());
  }
  return reserveWindow(VM, Size, WindowGoal(), /*Elsewhere=*/true);
}

Expected<ExecutorWindow> ExecutorWindow::create(size_t Size,
                                                bool SharesMemory) {
  VirtualMemory &VM = VirtualMemory::system();
  Expected<WindowPlace> Place = reserveSpace(VM, Size);
  if (!Place)
    return Place.takeError();
  std::optional<LaneBackings> Own;
  if (!SharesMemory) {
    Expected<LaneBackings> Backings =
        DenseLayout(VM).backWindow(Place->Space.range(), /*HugePages=*/false);
    if (!Backings)
      return Backings.takeError();
    Own.emplace(std::move(*Backings));
  }
  return ExecutorWindow(std::move(Place->Space), std::move(Own));
}

ExecutorWindow::ExecutorWindow(Reservation S, std::optional<LaneBackings> Own)
    : Space(std::move(S)),
      Lanes(Space.range().size() / SlabSize, Lane::Untaken),
      Own(std::move(Own)) {}

bool ExecutorWindow::isMappedFor(Lane L, AddressRange R) const {
  if (!holds(R))
    return false;
  for (size_t I = slabOf(R.Begin), E = slabOf(R.End - 1); I <= E; ++I)
    if (Lanes[I] != L)
      return false;
  return true;
}

std::error_code ExecutorWindow::clear(AddressRange Slabs) {
  for (uintptr_t Slab = Slabs.Begin; Slab != Slabs.End; Slab += SlabSize) {
    Lane &L = Lanes[slabOf(Slab)];
    if (L == Lane::Untaken)
      continue;
    const AddressRange R{Slab, Slab + SlabSize};
    if (std::error_code EC =
            Own ? (*Own)[L].decommit(R) : VM.unmap(R.Begin, R.size()))
      return EC;
    L = Lane::Untaken;
  }
  return {};
}

static bool isWholeSlabs(AddressRange R) {
  return R.Begin % SlabSize == 0 && R.End % SlabSize == 0;
}

std::error_code ExecutorWindow::map(AddressRange R, Lane L,
                                    const SharedMemory *File) {
  if (!holds(R) || !isWholeSlabs(R) || finalRights(L) == Access::None ||
      bool(File) == bool(Own))
    return std::make_error_code(std::errc::invalid_argument);
  if (Own) {
    if (std::error_code EC = clear(R))
      return EC;
    if (std::error_code EC = (*Own)[L].commit(L, R, R))
      return EC;
  } else if (std::error_code EC =
                 VM.mapShared(R.Begin, R.size(), finalRights(L), *File,
                              /*Offset=*/0, Sharing::Shared)) {
    return EC;
  }
  for (size_t I = slabOf(R.Begin), E = slabOf(R.End); I != E; ++I)
    Lanes[I] = L;
  return {};
}

std::error_code ExecutorWindow::unmap(AddressRange R) {
  if (!holds(R) || !isWholeSlabs(R))
    return std::make_error_code(std::errc::invalid_argument);
  if (Own)
    return clear(R);
  if (std::error_code EC = VM.unmap(R.Begin, R.size()))
    return EC;
  for (size_t I = slabOf(R.Begin), E = slabOf(R.End); I != E; ++I)
    Lanes[I] = Lane::Untaken;
  return {};
}

std::error_code ExecutorWindow::write(const wire::Write &W) {
  const uintptr_t Begin = W.Start.getValue();
  if (W.Content.size() > range().size() || W.Zeros > range().size())
    return outOfPlace();
  const AddressRange R{Begin, Begin + W.Content.size() + W.Zeros};
  if (!Own || !holds(R) || laneAt(Begin) == Lane::Untaken ||
      !isMappedFor(laneAt(Begin), R))
    return outOfPlace();
  const Lane L = laneAt(Begin);
  auto *To = reinterpret_cast<char *>(Begin + (*Own)[L].workingOffset());
  if (!W.Content.empty())
    std::memcpy(To, W.Content.data(), W.Content.size());
  std::memset(To + W.Content.size(), 0, W.Zeros);
  // A failure is a breakpoint that stays in the way.
  if (L == Lane::Code)
    return Own->shared()->showWritten(R, /*KeepTraps=*/false);
  return {};
}

void ExecutorWindow::fillWithTraps(AddressRange R) {
  if (!Own || !isMappedFor(Lane::Code, R))
    return;
  jitslab::fillWithTraps(
      reinterpret_cast<uint8_t *>(R.Begin + (*Own)[Lane::Code].workingOffset()),
      R.size());
  (void)Own->shared()->showWritten(R, /*KeepTraps=*/false);
}

} // namespace jitslab
