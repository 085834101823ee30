//===- ShadowMemory.cpp - Memory that knows its rights --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model/ShadowMemory.h"
#include <algorithm>
#include <utility>

using namespace llvm;

namespace jitslab {

// Larger populating is left out: it would take most of a model's time, and a
// system may leave it out too.
static constexpr size_t MostPopulated = size_t(128) * 1024;

void ShadowMemory::violation(const char *What) {
  Violations += Violations.empty() ? "" : "; ";
  Violations += What;
}

const ShadowMemory::Reservation *ShadowMemory::find(AddressRange R) const {
  for (const Reservation &Known : Reservations)
    if (Known.Range.Begin <= R.Begin && R.End <= Known.Range.End)
      return &Known;
  return nullptr;
}

ShadowMemory::Reservation *ShadowMemory::find(AddressRange R) {
  return const_cast<Reservation *>(std::as_const(*this).find(R));
}

ShadowMemory::Reservation *ShadowMemory::check(const char *Call,
                                               uintptr_t Start, size_t Size) {
  Reservation *R = find({Start, Start + Size});
  if (!R || !Size || Start % pageSize() || Size % pageSize()) {
    violation(Call);
    return nullptr;
  }
  return R;
}

void ShadowMemory::set(uintptr_t Start, size_t Size, Access A,
                       uint64_t FirstShared) {
  Reservation *R = find({Start, Start + Size});
  if (!R)
    return;
  size_t First = (Start - R->Range.Begin) / pageSize();
  size_t Count = Size / pageSize();
  std::fill_n(R->Pages.begin() + First, Count, A);
  for (size_t I = 0; I != Count; ++I)
    R->Shared[First + I] = FirstShared ? FirstShared + I : 0;
}

bool ShadowMemory::has(AddressRange R, Access A) const {
  const Reservation *Known = find(R);
  if (!Known || R.Begin == R.End)
    return false;
  size_t First = (R.Begin - Known->Range.Begin) / pageSize();
  size_t Last = (R.End - 1 - Known->Range.Begin) / pageSize();
  return std::all_of(Known->Pages.begin() + First,
                     Known->Pages.begin() + Last + 1,
                     [&](Access Has) { return Has == A; });
}

uintptr_t ShadowMemory::executorOf(uintptr_t Working) const {
  const Reservation *View = find({Working, Working + 1});
  if (!View)
    return Working;
  uint64_t Shared = View->Shared[(Working - View->Range.Begin) / pageSize()];
  if (!Shared)
    return Working;
  for (const Reservation &R : Reservations) {
    if (!R.IsWindow)
      continue;
    // Views show the memory in the order of the window.
    size_t Page = (Working - View->Range.Begin) / pageSize();
    if (Page < R.Shared.size() && R.Shared[Page] == Shared)
      return R.Range.Begin + (Working - View->Range.Begin);
  }
  return Working;
}

ErrorOr<uintptr_t> ShadowMemory::reserve(const ReservationRequest &R) {
  size_t WindowsBefore = Windows.size();
  // At random places AddressSanitizer's shadow would get a mapping more for
  // each of them, until there may be no more.
  ReservationRequest Predictable = R;
  Predictable.Unpredictable = false;
  Predictable.Align = std::max(R.Align, WindowAlign);
  ErrorOr<uintptr_t> Start = R.Unpredictable
                                 // A writer view, which is no window.
                                 // NOLINTNEXTLINE(bugprone-parent-virtual-call)
                                 ? TestMemory::reserve(Predictable)
                                 : WindowMemory::reserve(Predictable);
  if (Start) {
    size_t Pages = R.Size / pageSize();
    Reservations.push_back({{*Start, *Start + R.Size},
                            /*IsWindow=*/Windows.size() != WindowsBefore,
                            std::vector<Access>(Pages, Access::None),
                            std::vector<uint64_t>(Pages, 0)});
  }
  return Start;
}

std::error_code ShadowMemory::release(uintptr_t Start, size_t Size,
                                      size_t Guard) {
  auto Known = std::find_if(
      Reservations.begin(), Reservations.end(), [&](const Reservation &R) {
        return R.Range.Begin == Start && R.Range.size() == Size;
      });
  if (Known == Reservations.end())
    violation("released what was not reserved");
  else
    Reservations.erase(Known);
  return WindowMemory::release(Start, Size, Guard);
}

std::error_code ShadowMemory::protect(uintptr_t Start, size_t Size, Access A) {
  Reservation *R = check("protected what is not reserved", Start, Size);
  if (R) {
    size_t Page = (Start - R->Range.Begin) / pageSize();
    if (R->Shared[Page])
      violation("changed the rights of shared memory");
  }
  // What mprotect may do when it fails: the front part is changed.
  if (FailNth == 1 && Size > pageSize()) {
    size_t Front = Size / pageSize() / 2 * pageSize();
    if (!VirtualMemory::system().protect(Start, Front, A))
      set(Start, Front, A, 0);
  }
  std::error_code EC = WindowMemory::protect(Start, Size, A);
  if (!EC)
    set(Start, Size, A, 0);
  return EC;
}

void ShadowMemory::populate(uintptr_t Start, size_t Size) {
  if (check("populated what is not reserved", Start, Size) &&
      !has({Start, Start + Size}, Access::ReadWrite))
    violation("populated what is not writable");
  if (Size <= MostPopulated)
    WindowMemory::populate(Start, Size);
}

std::error_code ShadowMemory::discard(uintptr_t Start, size_t Size) {
  check("discarded what is not reserved", Start, Size);
  return WindowMemory::discard(Start, Size);
}

std::error_code ShadowMemory::mapShared(uintptr_t Start, size_t Size, Access A,
                                        const SharedMemory &M, size_t Offset,
                                        Sharing S) {
  Reservation *R = check("mapped over what is not reserved", Start, Size);
  if (R && (A == Access::ReadExecute) > R->IsWindow)
    violation("mapped a writer view executable");
  if (R && R->IsWindow && A == Access::ReadWrite)
    violation("mapped shared memory writable in a window");
  std::error_code EC = WindowMemory::mapShared(Start, Size, A, M, Offset, S);
  if (!EC)
    set(Start, Size, A, (M.Inode + 1) << 24 | Offset / pageSize());
  return EC;
}

std::error_code ShadowMemory::unmap(uintptr_t Start, size_t Size) {
  check("unmapped what is not reserved", Start, Size);
  std::error_code EC = WindowMemory::unmap(Start, Size);
  if (!EC)
    set(Start, Size, Access::None, 0);
  return EC;
}

std::error_code ShadowMemory::discardShared(uintptr_t Start, size_t Size,
                                            const SharedMemory &M,
                                            size_t Offset) {
  check("discarded shared memory that is not reserved", Start, Size);
  return WindowMemory::discardShared(Start, Size, M, Offset);
}

} // namespace jitslab
