//===- DenseLayout.cpp - Packed objects, written elsewhere ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DenseLayout.h"
#include "../Platform/CodeMemory.h"
#include "../Platform/Fork.h"
#include "Errors.h"
#include "LanePlacement.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

// The size of a cache line on x86-64 (Intel SDM vol. 3A, 12.1) and on most
// AArch64 processors, so that objects share none.
size_t DenseLayout::granule() const { return 64; }

// Other layouts do not need what has failed here, unless it is a limit of the
// process.
static Error creationError(std::error_code EC, const Twine &What) {
  if (EC == std::errc::not_enough_memory ||
      EC == std::errc::resource_unavailable_try_again ||
      EC == std::errc::too_many_files_open ||
      EC == std::errc::too_many_files_open_in_system)
    return systemError(EC, What);
  std::string Advice;
  if (EC == std::errc::file_too_large)
    Advice = "raise the limit of file sizes (RLIMIT_FSIZE, ulimit -f), set a "
             "smaller ArenaOptions::WindowSize, or ";
  else if (EC == std::errc::function_not_supported ||
           EC == std::errc::operation_not_supported)
    Advice = "the system has neither MADV_REMOVE nor FALLOC_FL_PUNCH_HOLE, or "
             "no memfd_create; ";
  else
    Advice = "memfd_create and executable mappings of what it makes may be "
             "forbidden by vm.memfd_noexec, a seccomp filter or SELinux; ";
  return make_error<StringError>(
      "jitslab: " + What + " for Layout::Dense: " + EC.message() + "; " +
          Advice + "use Layout::PerProtection or Layout::PerObject",
      EC);
}

Expected<LaneBackings> DenseLayout::backWindow(AddressRange Space,
                                               bool HugePages) {
  ReservationRequest Request;
  Request.Size = Space.size();
  // So that huge pages suit both views.
  Request.Align = SlabSize;
  Request.Unpredictable = true;
  ErrorOr<Reservation> Writer = Reservation::create(VM, Request);
  if (!Writer)
    return systemError(Writer.getError(), "cannot reserve " +
                                              Twine(Space.size()) +
                                              " bytes for the writer view");
  auto Shared =
      std::make_unique<SharedBacking>(VM, Space, std::move(*Writer), HugePages);
  if (std::error_code EC = Shared->ensureFile())
    return creationError(EC, "cannot create memory that can be mapped twice");
  // A refusal to execute has to show here, not when the first object comes.
  AddressRange FirstSlab{Space.Begin, Space.Begin + SlabSize};
  if (std::error_code EC = Shared->commit(Lane::Code, FirstSlab, FirstSlab))
    return creationError(EC, "cannot map shared memory executable");
  if (std::error_code EC = Shared->decommit(FirstSlab))
    return creationError(EC, "cannot give back a part of shared memory");
  return LaneBackings(std::make_unique<PrivateBacking>(VM, HugePages),
                      std::move(Shared), {Lane::Code, Lane::ROData});
}

std::optional<size_t> DenseLayout::worstCase(const Footprint &F) const {
  return worstCaseInLanes(F);
}

TakeResult DenseLayout::place(Window &W, const Footprint &F, size_t KeepFree,
                              Allocation &A) {
  TakeResult Result = takeFromLanes(
      W, F, KeepFree,
      [&](SegmentKind K, AddressRange R, const TakeResult &Taken) {
        own(A, K, R);
        parts(A)[K].Rights = rightsOf(Taken);
      });
  if (Result.Status != TakeStatus::Taken)
    takeBack(W, A);
  return Result;
}

bool DenseLayout::enlarge(Window &W, Allocation &A, SegmentKind K, size_t Used,
                          const SegmentFootprint &F) {
  if (F.Size > W.size() || F.Align > W.size())
    return false;
  if (!parts(A)[K]) {
    size_t Bytes = alignTo(F.Size, Align(W.granule()));
    TakeResult Taken = W.take(laneOf(K), Bytes, std::max(F.Align, W.granule()),
                              /*KeepFree=*/0);
    if (Taken.Status != TakeStatus::Taken)
      return false;
    own(A, K, {Taken.Address, Taken.Address + Bytes});
    return true;
  }
  AddressRange Has = owned(A, K);
  uintptr_t Wanted = alignTo(Has.Begin + Used, Align(F.Align)) + F.Size;
  if (Wanted <= Has.End)
    return true;
  AddressRange More{Has.End, alignTo(Wanted, Align(W.granule()))};
  if (!W.takeFront(laneOf(K), More))
    return false;
  own(A, K, {Has.Begin, More.End});
  return true;
}

std::error_code DenseLayout::show(const Allocation &A) {
  if (!A[SegmentKind::Code])
    return {};
  return home(A).showWritten(usable(A, SegmentKind::Code),
                             /*KeepTraps=*/false);
}

// Both views show the same memory, and stores through one are seen by loads and
// fetches through the other: data caches behave as physically tagged ones. On
// AArch64 instruction fetches need what they always need, cleaning the data
// cache by any address of the memory and invalidating the instruction cache by
// the address that is executed (Arm ARM, DDI 0487, B2.4.4 and D7.5.9): both are
// done through the executor view, which is readable.
std::error_code DenseLayout::publish(const Allocation &A, AddressRange R,
                                     bool Shown) {
  if (std::error_code EC = home(A).showWritten(R, /*KeepTraps=*/Shown))
    return EC;
  synchronizeInstructions(R);
  return {};
}

std::error_code DenseLayout::seal(ArrayRef<Allocation *> Allocations,
                                  bool Shown) {
  for (Allocation *A : Allocations) {
    const Part &Code = parts(*A)[SegmentKind::Code];
    if (Code && Code.Rights != State::Sealed)
      if (std::error_code EC =
              publish(*A, usable(*A, SegmentKind::Code), Shown))
        return EC;
    for (SegmentKind K : {SegmentKind::Code, SegmentKind::ROData})
      if (Part &P = parts(*A)[K])
        P.Rights = State::Sealed;
  }
  return {};
}

// After a fork the other process may be executing it. Instruction caches that
// are not coherent (AArch64) would go on running it, so they are told, at the
// price of a seal; on x86-64 that is nothing.
void DenseLayout::prepareRelease(Allocation &A) {
  for (Part &P : parts(A))
    if (P.Rights == State::Sealed)
      P.Rights = State::Writable;
  if (!parts(A)[SegmentKind::Code] || forksBefore(A) != forkCount())
    return;
  AddressRange Code = usable(A, SegmentKind::Code);
  fillWithTraps(workingAddress(A, SegmentKind::Code), Code.size());
  (void)home(A).showWritten(Code, /*KeepTraps=*/false);
  synchronizeInstructions(Code);
}

} // namespace jitslab
