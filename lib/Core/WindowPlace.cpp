//===- WindowPlace.cpp - Where a window lies ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WindowPlace.h"
#include "../Platform/HostLibraries.h"
#include "Errors.h"
#include <algorithm>
#include <cassert>

using namespace llvm;

namespace jitslab {

// What the tightest relocation spans in each direction; see MaxWindowSize.
static constexpr uintptr_t Reach = uintptr_t(2) << 30;

// libgcc takes a function whose address has no bits but above these for one
// that the linker has discarded, and does not find its frame: its tables have
// 32 bits for it (gcc/libgcc/unwind-dw2-fde.c: add_fdes, linear_search_fdes).
// An exception that comes to such a function would end the process.
static constexpr uintptr_t FunctionBorder = uintptr_t(1) << 32;

// The libraries may span half of the reach: as much is left on each side.
static constexpr size_t MaxSpan = Reach / 2;

// Who asks for all objects within reach of each other is given the largest
// window, which has no place near the libraries.
WindowGoal WindowGoal::of(const ArenaOptions &O) {
  WindowGoal Goal;
  Goal.Below = O.Below;
  if (O.Near) {
    Goal.Around = {O.Near, O.Near};
  } else if (!O.WindowSize && O.Grow) {
    AddressRange Libraries = hostLibraries(MaxSpan);
    Goal.IsHost = !O.Below || Libraries.End <= O.Below;
    if (Goal.IsHost)
      Goal.Around = Libraries;
  }
  return Goal;
}

ReservationRequest WindowGoal::elsewhere(size_t Size) const {
  assert(Size % SlabSize == 0 && "whole slabs");
  ReservationRequest R;
  R.Size = Size;
  R.Align = SlabSize;
  R.Border = FunctionBorder;
  R.High = Below;
  return R;
}

ReservationRequest WindowGoal::request(size_t Size) const {
  ReservationRequest R = elsewhere(Size);
  if (isNear()) {
    R.Low = Around.End > Reach ? Around.End - Reach : 0;
    R.High =
        Around.Begin < UINTPTR_MAX - Reach ? Around.Begin + Reach : UINTPTR_MAX;
    if (Below)
      R.High = std::min(R.High, Below);
    R.StacksAbove = IsHost ? Around.End : 0;
  }
  return R;
}

// The guard before the window is more than what the kernel keeps free at the
// lowest addresses (vm.mmap_min_addr, 64 KiB), and ends at a slab's begin.
uintptr_t leastBound(const VirtualMemory &VM, size_t Size) {
  return alignTo(guardBytes(VM), SlabSize) + Size + guardBytes(VM);
}

static Error noRoomBelow(std::error_code EC, size_t Size, uintptr_t Below) {
  if (EC != std::errc::address_not_available)
    return systemError(EC, "cannot reserve a window of " + Twine(Size) +
                               " bytes below address " + hexAddress(Below));
  return make_error<StringError>(
      "jitslab: no room for a window of " + Twine(Size) +
          " bytes and its guards below address " + hexAddress(Below) +
          " (ArenaOptions::Below); set a smaller ArenaOptions::WindowSize or a "
          "higher bound, or unmap what lies there",
      EC);
}

Expected<WindowPlace> reserveWindow(VirtualMemory &VM, size_t Size,
                                    const WindowGoal &Goal, bool Elsewhere) {
  if (Goal.isNear() && !(Goal.IsHost && Elsewhere)) {
    ErrorOr<Reservation> Near = Reservation::create(VM, Goal.request(Size));
    if (Near) {
      // Further windows can be had there for what has no room in this one.
      LaneOrigins Origins;
      Origins.CodeAtEnd = Near->range().End <= Goal.Around.Begin;
      Origins.ROApart = Goal.IsHost;
      return WindowPlace{std::move(*Near), /*IsNear=*/!Goal.IsHost, Origins};
    }
    if (!Elsewhere)
      return systemError(Near.getError(), "cannot reserve a window of " +
                                              Twine(Size) + " bytes nearby");
  }
  ErrorOr<Reservation> Space = Reservation::create(VM, Goal.elsewhere(Size));
  if (!Space && Goal.Below)
    return noRoomBelow(Space.getError(), Size, Goal.Below);
  if (!Space)
    return systemError(Space.getError(),
                       "cannot reserve a window of " + Twine(Size) + " bytes");
  return WindowPlace{std::move(*Space), /*IsNear=*/false, {}};
}

} // namespace jitslab
