//===- OutsideMapping.cpp - Memory outside all windows --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutsideMapping.h"
#include "../Platform/InParts.h"
#include "ArenaAccess.h"
#include "Errors.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

static Error cannotMap(StringRef Section, size_t Size, std::error_code EC) {
  return systemError(EC, "cannot map section " + Section + " of " +
                             Twine(Size) + " bytes");
}

Expected<OutsideMapping> OutsideMapping::create(Arena &A, size_t Size,
                                                size_t Align, StringRef Section,
                                                AddressRange Within) {
  // No process has more: the other half of the addresses is the kernel's.
  if (Size > SIZE_MAX / 2)
    return cannotMap(Section, Size,
                     std::make_error_code(std::errc::not_enough_memory));
  VirtualMemory &VM = ArenaAccess::memory(A);
  ReservationRequest Request;
  Request.Size = alignTo(Size, VM.pageSize());
  Request.Align = std::max(Align, VM.pageSize());
  Request.Low = Within.Begin;
  Request.High = Within.End;
  ErrorOr<uintptr_t> Start = VM.reserve(Request);
  if (!Start)
    return cannotMap(Section, Size, Start.getError());
  OutsideMapping Result(A, *Start, Request.Size);
  if (std::error_code EC = VM.protect(*Start, Request.Size, Access::ReadWrite))
    return systemError(EC, "cannot make section " + Section + " writable");
  return Result;
}

OutsideMapping::OutsideMapping(Arena &A, uintptr_t Start, size_t Size)
    : Owner(&A), Start(Start), Size(Size) {
  ArenaAccess::outsideBytes(A) += Size;
}

OutsideMapping::~OutsideMapping() {
  if (!Owner)
    return;
  (void)ArenaAccess::memory(*Owner).release(Start, Size, /*Guard=*/0);
  ArenaAccess::outsideBytes(*Owner) -= Size;
}

Error OutsideMapping::makeReadOnly() {
  if (std::error_code EC = protectInParts(
          ArenaAccess::memory(*Owner), {Start, Start + Size}, Access::ReadOnly))
    return systemError(EC, "cannot make a section read-only");
  return Error::success();
}

} // namespace jitslab
