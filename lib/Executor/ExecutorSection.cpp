//===- ExecutorSection.cpp - A section outside all windows ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorSection.h"
#include "../Platform/InParts.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace llvm;

namespace jitslab {

ErrorOr<ExecutorSection> ExecutorSection::create(uint64_t Size, uint64_t Align,
                                                 Lane L,
                                                 const SharedMemory *File) {
  VirtualMemory &VM = VirtualMemory::system();
  const size_t Page = VM.pageSize();
  if (!Size || Size % Page || Size >= wire::AddressesEnd ||
      !isPowerOf2_64(Align) || Align < Page || Align >= wire::AddressesEnd ||
      (L != Lane::ROData && L != Lane::RWData))
    return std::make_error_code(std::errc::invalid_argument);
  ReservationRequest Request;
  Request.Size = Size;
  Request.Align = Align;
  ErrorOr<Reservation> Space = Reservation::create(VM, Request);
  if (!Space)
    return Space.getError();
  const AddressRange R = Space->range();
  if (std::error_code EC =
          File ? VM.mapShared(R.Begin, R.size(), finalRights(L), *File,
                              /*Offset=*/0, Sharing::Shared)
               : VM.protect(R.Begin, R.size(), Access::ReadWrite))
    return EC;
  return ExecutorSection(std::move(*Space), L, /*IsOwn=*/!File);
}

std::error_code ExecutorSection::write(const wire::Write &W) {
  const size_t Offset = W.Start.getValue() - range().Begin;
  const size_t Most = range().size() - Offset;
  if (!IsWritable || Offset > range().size() || W.Content.size() > Most ||
      W.Zeros > Most - W.Content.size())
    return outOfPlace();
  auto *To = reinterpret_cast<char *>(range().Begin + Offset);
  if (!W.Content.empty())
    std::memcpy(To, W.Content.data(), W.Content.size());
  std::memset(To + W.Content.size(), 0, W.Zeros);
  if (Use == Lane::RWData)
    return {};
  IsWritable = false;
  return protectInParts(VirtualMemory::system(), range(), finalRights(Use));
}

} // namespace jitslab
