//===- RemoteLayout.cpp - Objects in another process ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemoteLayout.h"
#include "../Core/Errors.h"
#include "../Platform/CodeMemory.h"
#include "../Platform/Fork.h"
#include "RemoteBacking.h"

using namespace llvm;

namespace jitslab {

Expected<LaneBackings> RemoteLayout::backWindow(AddressRange Space, bool) {
  ReservationRequest Request;
  Request.Size = Space.size();
  Request.Align = SlabSize;
  Request.Unpredictable = true;
  ErrorOr<Reservation> Writer =
      Reservation::create(VirtualMemory::system(), Request);
  if (!Writer)
    return systemError(Writer.getError(), "cannot reserve " +
                                              Twine(Space.size()) +
                                              " bytes for the writer view");
  auto Backing =
      std::make_unique<RemoteBacking>(Memory, Space, std::move(*Writer));
  // A refusal has to show here, not when the first object comes, whose slabs
  // these are.
  if (std::error_code EC = Backing->mapAhead(
          Lane::Code, {Space.Begin, Space.Begin + SlabSize})) {
    if (Error Over = Memory.executor().check())
      return Over;
    return make_error<StringError>(
        "jitslab: cannot map memory that the executor may execute: " +
            EC.message() +
            "; memfd_create, its seals (F_SEAL_FUTURE_WRITE, Linux 5.1), and "
            "executable mappings of what it makes may be forbidden in one of "
            "the two processes by vm.memfd_noexec, a seccomp filter or "
            "SELinux; RemoteOptions::SharedMemory = false needs none of it in "
            "this one",
        EC);
  }
  return LaneBackings(std::move(Backing));
}

// Caches of data are cleaned here, by the address that was written, where that
// is not nothing (AArch64); instruction caches are the executor's.
std::error_code RemoteLayout::publish(const Allocation &A, AddressRange R,
                                      bool) {
  auto Begin =
      reinterpret_cast<uintptr_t>(workingAddress(A, SegmentKind::Code));
  synchronizeInstructions({Begin, Begin + R.size()});
  return {};
}

// A child of the controller's leaves its parent's executor alone.
void RemoteLayout::prepareRelease(Allocation &A) {
  for (Part &P : parts(A))
    P.Rights = State::Writable;
  if (!parts(A)[SegmentKind::Code] || forksBefore(A) < forkCountAtBirth())
    return;
  const AddressRange Code = usable(A, SegmentKind::Code);
  if (Memory.executor().sharesMemory())
    fillWithTraps(workingAddress(A, SegmentKind::Code), Code.size());
  else
    Memory.noteFreedCode(Code);
}

} // namespace jitslab
