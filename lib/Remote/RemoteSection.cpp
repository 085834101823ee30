//===- RemoteSection.cpp - An executor's memory outside windows -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemoteSection.h"
#include "../Core/ArenaAccess.h"
#include "../Core/Errors.h"
#include "../Platform/InParts.h"
#include "../Platform/SharedFile.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

OutsideMemoryOrError RemoteSection::create(RemoteMemory &VM, Arena &A,
                                           const OutsideRequest &R) {
  auto CannotMap = [&](std::error_code EC) {
    return systemError(EC, "cannot map section " + R.Name + " of " +
                               Twine(R.Size) + " bytes in the executor");
  };
  if (R.Size >= wire::AddressesEnd || R.Align >= wire::AddressesEnd)
    return CannotMap(std::make_error_code(std::errc::not_enough_memory));
  const size_t Size = alignTo(R.Size, VM.pageSize());
  std::unique_ptr<RemoteSection> S(new RemoteSection(VM, A, Size));
  if (std::error_code EC =
          VM.executor().sharesMemory() ? S->mapShared(R) : S->mapPrivate(R)) {
    if (Error Over = VM.executor().check())
      return Over;
    return CannotMap(EC);
  }
  ArenaAccess::outsideBytes(A) += Size;
  return S;
}

RemoteSection::~RemoteSection() {
  if (!Place.Executor)
    return;
  if (!IsLeft)
    (void)VM.executor().release(Place.Executor);
  ArenaAccess::outsideBytes(Owner) -= Size;
}

std::error_code RemoteSection::reserveWorking(size_t Bytes) {
  ReservationRequest Request;
  Request.Size = Bytes;
  Request.Align = VM.pageSize();
  Request.Unpredictable = true;
  ErrorOr<Reservation> Space = Reservation::create(Local, Request);
  if (!Space)
    return Space.getError();
  Working.emplace(std::move(*Space));
  Place.Working = reinterpret_cast<uint8_t *>(Working->range().Begin);
  return {};
}

std::error_code RemoteSection::mapShared(const OutsideRequest &R) {
  ErrorOr<SharedMemory> File = createSharedFile(
      Size, "jitslab remote", R.ReadOnly ? Seals::MoreLater : Seals::SizeOnly);
  if (!File)
    return File.getError();
  // The mappings keep it.
  OwnedDescriptor Owner(File->Descriptor);
  if (std::error_code EC = chargeIfStrict(*File, 0, Size))
    return EC;
  if (const size_t Bytes = alignTo(R.ContentSize, VM.pageSize())) {
    if (std::error_code EC = reserveWorking(Bytes))
      return EC;
    const AddressRange W = Working->range();
    if (std::error_code EC =
            Local.mapShared(W.Begin, Bytes, Access::ReadWrite, *File,
                            /*Offset=*/0, Sharing::Shared))
      return EC;
    Local.advise(W.Begin, Bytes, Advice::NoDump);
    populateInParts(Local, W);
  }
  if (R.ReadOnly)
    if (std::error_code EC = forbidWriting(*File))
      return EC;
  return mapThere(R, &*File);
}

std::error_code RemoteSection::mapPrivate(const OutsideRequest &R) {
  if (const size_t Bytes = alignTo(R.ContentSize, VM.pageSize())) {
    if (std::error_code EC = reserveWorking(Bytes))
      return EC;
    const AddressRange W = Working->range();
    if (std::error_code EC = Local.protect(W.Begin, Bytes, Access::ReadWrite))
      return EC;
    populateInParts(Local, W);
  }
  return mapThere(R, nullptr);
}

std::error_code RemoteSection::mapThere(const OutsideRequest &R,
                                        const SharedMemory *File) {
  ErrorOr<uintptr_t> Start =
      VM.executor().mapSection(Size, std::max(R.Align, VM.pageSize()),
                               R.ReadOnly ? Lane::ROData : Lane::RWData, File);
  if (!Start)
    return Start.getError();
  Place.Executor = *Start;
  Place.Size = R.ContentSize;
  return {};
}

// Reservations go with what is mapped in them.
void RemoteSection::releaseWorking() {
  Working.reset();
  Place.Working = nullptr;
}

} // namespace jitslab
