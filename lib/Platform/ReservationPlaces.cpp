//===- ReservationPlaces.cpp - Where a reservation may lie ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReservationPlaces.h"
#include "AddressSpace.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

// A random position leaves the low addresses to those who need them, and keeps
// away from what may grow: the heap upwards, stacks downwards.
static constexpr uintptr_t LowestForRandom = uintptr_t(4) << 30;
static constexpr size_t GrowthRoom = size_t(1) << 30;

std::optional<uintptr_t> randomPlace(const ReservationRequest &R) {
  SmallVector<AddressRange, 0> Positions;
  uint64_t Choices = 0;
  for (AddressRange Gap : freeAddressRanges(LowestForRandom, UINTPTR_MAX)) {
    if (Gap.size() < 2 * GrowthRoom)
      continue;
    Gap.Begin += GrowthRoom;
    Gap.End -= GrowthRoom;
    uintptr_t First = alignTo(Gap.Begin + R.Guard, R.Align);
    if (First > Gap.End || Gap.End - First < R.Size + R.Guard)
      continue;
    uintptr_t Last = alignDown(Gap.End - R.Guard - R.Size, R.Align);
    Positions.push_back({First, Last + R.Align});
    Choices += (Last - First) / R.Align + 1;
  }
  uint64_t Chosen;
  if (!Choices || getentropy(&Chosen, sizeof(Chosen)))
    return std::nullopt;
  Chosen %= Choices;
  for (AddressRange P : Positions) {
    if (Chosen < P.size() / R.Align)
      return P.Begin + Chosen * R.Align;
    Chosen -= P.size() / R.Align;
  }
  return std::nullopt;
}

// The positions in Gap that keep clear of the border, on each side of it.
static SmallVector<AddressRange, 4> parts(AddressRange Gap, size_t Border,
                                          size_t Align) {
  SmallVector<AddressRange, 4> Result;
  while (Border && alignTo(Gap.Begin, Border) < Gap.End) {
    uintptr_t At = alignTo(Gap.Begin, Border);
    Result.push_back({Gap.Begin, At});
    Gap.Begin = At + Align;
  }
  if (Gap.Begin < Gap.End)
    Result.push_back(Gap);
  return Result;
}

// The gaps of [Low, High). Where something may grow down into one, its end is
// left free.
static SmallVector<AddressRange, 0> gapsBetween(const ReservationRequest &R) {
  if (!R.StacksAbove)
    return freeAddressRanges(R.Low, R.High);
  uintptr_t High = R.High + std::min(GrowthRoom, UINTPTR_MAX - R.High);
  SmallVector<AddressRange, 0> Gaps = freeAddressRanges(R.Low, High);
  for (AddressRange &Gap : Gaps) {
    if (Gap.Begin >= R.StacksAbove)
      Gap.End -= std::min(Gap.size(), GrowthRoom);
    Gap.End = std::clamp(R.High, Gap.Begin, Gap.End);
  }
  return Gaps;
}

size_t freeBetween(const ReservationRequest &R) {
  size_t Free = 0;
  for (AddressRange Gap : gapsBetween(R))
    Free += Gap.size();
  return Free;
}

// In each gap the aligned position that lies nearest to the middle.
SmallVector<uintptr_t, 16> placesBetween(const ReservationRequest &R) {
  uintptr_t Middle = R.Low + (R.High - R.Low) / 2;
  uintptr_t Ideal = alignDown(Middle - R.Size / 2, R.Align);
  SmallVector<uintptr_t, 16> Places;
  for (AddressRange Gap : gapsBetween(R)) {
    if (Gap.size() < R.Size + 2 * R.Guard)
      continue;
    // Guards may lie across a border.
    AddressRange Usable{Gap.Begin + R.Guard, Gap.End - R.Guard};
    for (AddressRange Part : parts(Usable, R.Border, R.Align)) {
      uintptr_t First = alignTo(Part.Begin, R.Align);
      if (First < Part.End && Part.End - First >= R.Size)
        Places.push_back(
            std::clamp(Ideal, First, alignDown(Part.End - R.Size, R.Align)));
    }
  }
  auto DistanceToMiddle = [&](uintptr_t Start) {
    uintptr_t Centre = Start + R.Size / 2;
    return Centre > Middle ? Centre - Middle : Middle - Centre;
  };
  auto IsAbove = [&](uintptr_t Start) {
    return R.StacksAbove && Start >= R.StacksAbove;
  };
  sort(Places, [&](uintptr_t A, uintptr_t B) {
    if (IsAbove(A) != IsAbove(B))
      return IsAbove(A);
    return DistanceToMiddle(A) < DistanceToMiddle(B);
  });
  return Places;
}

} // namespace jitslab
