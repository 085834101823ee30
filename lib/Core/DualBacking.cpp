//===- DualBacking.cpp - Shared memory under two addresses ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DualBacking.h"
#include "Errors.h"
#include "GuardBytes.h"
#include "jitslab/Arena.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace jitslab {

class DualBacking::Memory {
public:
  Memory(VirtualMemory &VM, const SharedMemory &Handle)
      : VM(VM), Handle(Handle) {}
  ~Memory() { VM.closeShared(Handle); }
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;

  const SharedMemory &handle() const { return Handle; }

private:
  VirtualMemory &VM;
  const SharedMemory Handle;
};

static Access finalRights(Lane L) {
  return L == Lane::Code ? Access::ReadExecute : Access::ReadOnly;
}

// What fails here fails for a reason that the other layouts do not have, unless
// it is a limit of the process.
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
  else
    Advice = "memfd_create and executable mappings of what it makes may be "
             "forbidden by vm.memfd_noexec, a seccomp filter or SELinux; ";
  return make_error<StringError>(
      "jitslab: " + What + " for Layout::Dense: " + EC.message() + "; " +
          Advice + "use Layout::PerProtection or Layout::PerObject",
      EC);
}

Expected<std::unique_ptr<DualBacking>> DualBacking::create(VirtualMemory &VM,
                                                           uintptr_t Begin,
                                                           size_t Size,
                                                           bool HugePages) {
  ReservationRequest Request;
  Request.Size = Size;
  // So that huge pages suit both views.
  Request.Align = SlabSize;
  Request.Guard = guardBytes(VM);
  Request.Unpredictable = true;
  ErrorOr<uintptr_t> Writer = VM.reserve(Request);
  if (!Writer)
    return systemError(Writer.getError(), "cannot reserve " + Twine(Size) +
                                              " bytes for the writer view");
  std::unique_ptr<DualBacking> B(
      new DualBacking(VM, Begin, Size, *Writer, HugePages));
  if (std::error_code EC = B->ensureMemory())
    return creationError(EC, "cannot create memory that can be mapped twice");
  // A refusal to execute has to show here, not when the first object comes.
  AddressRange FirstSlab{Begin, Begin + SlabSize};
  std::error_code EC = B->commit(Lane::Code, FirstSlab);
  if (!EC)
    EC = B->decommit(Lane::Code, FirstSlab);
  if (EC)
    return creationError(EC, "cannot map shared memory executable");
  return B;
}

DualBacking::DualBacking(VirtualMemory &VM, uintptr_t Begin, size_t Size,
                         uintptr_t Writer, bool HugePages)
    : VM(VM), Begin(Begin), Size(Size), Writer(Writer), HugePages(HugePages),
      OfSlab(Size / SlabSize) {}

DualBacking::~DualBacking() { (void)VM.release(Writer, Size, guardBytes(VM)); }

size_t DualBacking::slabOf(uintptr_t Executor) const {
  return (Executor - Begin) / SlabSize;
}

std::error_code DualBacking::ensureMemory() {
  if (Current)
    return {};
  ErrorOr<SharedMemory> Handle = VM.createShared(Size);
  if (!Handle)
    return Handle.getError();
  Current = std::make_shared<Memory>(VM, *Handle);
  return {};
}

std::error_code DualBacking::mapBoth(Lane L, AddressRange Slabs) {
  size_t Offset = Slabs.Begin - Begin;
  if (std::error_code EC =
          VM.mapShared(writerOf(Slabs.Begin), Slabs.size(), Access::ReadWrite,
                       Current->handle(), Offset, Sharing::Shared))
    return EC;
  return VM.mapShared(Slabs.Begin, Slabs.size(), finalRights(L),
                      Current->handle(), Offset, Sharing::Shared);
}

std::error_code DualBacking::commit(Lane L, AddressRange Slabs) {
  if (!isShared(L)) {
    std::error_code EC =
        VM.protect(Slabs.Begin, Slabs.size(), Access::ReadWrite);
    if (EC)
      (void)VM.protect(Slabs.Begin, Slabs.size(), Access::None);
    else if (HugePages)
      VM.adviseHugePages(Slabs.Begin, Slabs.size());
    return EC;
  }
  if (std::error_code EC = ensureMemory())
    return EC;
  if (std::error_code EC = mapBoth(L, Slabs)) {
    (void)VM.unmap(Slabs.Begin, Slabs.size());
    (void)VM.unmap(writerOf(Slabs.Begin), Slabs.size());
    return EC;
  }
  if (HugePages)
    VM.adviseHugePages(writerOf(Slabs.Begin), Slabs.size());
  for (size_t I = slabOf(Slabs.Begin), E = slabOf(Slabs.End); I != E; ++I)
    OfSlab[I] = Current;
  return {};
}

std::error_code DualBacking::decommit(Lane L, AddressRange Slab) {
  if (!isShared(L))
    return decommitPrivate(VM, Slab);
  if (std::error_code EC = VM.discardShared(
          writerOf(Slab.Begin), Slab.size(),
          OfSlab[slabOf(Slab.Begin)]->handle(), Slab.Begin - Begin))
    return EC;
  return abandon(Slab);
}

// What the writer view still shows if it is refused is nothing that anybody
// uses, and the next commit maps over it.
std::error_code DualBacking::abandon(AddressRange Slab) {
  if (std::error_code EC = VM.unmap(Slab.Begin, Slab.size()))
    return EC;
  (void)VM.unmap(writerOf(Slab.Begin), Slab.size());
  OfSlab[slabOf(Slab.Begin)].reset();
  return {};
}

// Granules of data may lie anywhere in their pages. The views of shared memory
// never change their rights.
std::error_code DualBacking::makeWritable(Lane L, AddressRange R) {
  if (isShared(L))
    return {};
  uintptr_t Begin = alignDown(R.Begin, VM.pageSize());
  return VM.protect(Begin, alignTo(R.End, VM.pageSize()) - Begin,
                    Access::ReadWrite);
}

void DualBacking::populate(Lane L, AddressRange Pages) {
  // For shared memory it costs as much as the faults that it saves, and pays
  // for pages that may never be written.
  if (!isShared(L))
    VM.populate(Pages.Begin, Pages.size());
}

void DualBacking::onSlabFull(Lane L, AddressRange Slab) {
  if (!HugePages || !isShared(L))
    return;
  // What was not written yet has to be there to become part of a huge page.
  VM.populate(writerOf(Slab.Begin), Slab.size());
  VM.collapse(Slab.Begin, Slab.size());
}

void DualBacking::detachFromParent() {
  for (size_t I = 0, E = OfSlab.size(); I != E;) {
    size_t First = I++;
    if (!OfSlab[First])
      continue;
    while (I != E && OfSlab[I] == OfSlab[First])
      ++I;
    uintptr_t Start = Writer + First * SlabSize;
    size_t Bytes = (I - First) * SlabSize;
    // Without the descriptor they go to memory that nobody reads.
    if (VM.mapShared(Start, Bytes, Access::ReadWrite, OfSlab[First]->handle(),
                     First * SlabSize, Sharing::CopyOnWrite))
      if (!VM.unmap(Start, Bytes))
        (void)VM.protect(Start, Bytes, Access::ReadWrite);
  }
}

} // namespace jitslab
