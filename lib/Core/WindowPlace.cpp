//===- WindowPlace.cpp - Where a window lies ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WindowPlace.h"
#include "Errors.h"
#include "jitslab/Arena.h"
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

Expected<WindowPlace> reserveWindow(VirtualMemory &VM, size_t Size,
                                    uintptr_t Near) {
  assert(Size % SlabSize == 0 && "whole slabs");
  ReservationRequest Request;
  Request.Size = Size;
  Request.Align = SlabSize;
  Request.Border = FunctionBorder;
  if (Near) {
    ReservationRequest NearRequest = Request;
    NearRequest.Low = Near > Reach ? Near - Reach : 0;
    NearRequest.High = Near < UINTPTR_MAX - Reach ? Near + Reach : UINTPTR_MAX;
    if (ErrorOr<Reservation> Space = Reservation::create(VM, NearRequest))
      return WindowPlace{std::move(*Space), /*IsNear=*/true};
  }
  ErrorOr<Reservation> Space = Reservation::create(VM, Request);
  if (!Space)
    return systemError(Space.getError(),
                       "cannot reserve a window of " + Twine(Size) + " bytes");
  return WindowPlace{std::move(*Space), /*IsNear=*/false};
}

} // namespace jitslab
