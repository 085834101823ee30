//===- SharedBacking.cpp - Memory under two addresses ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedBacking.h"
#include "../Platform/CodeMemory.h"
#include "jitslab/Arena.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cstring>

using namespace llvm;

namespace jitslab {

// As many are compared as the kernel brings in with one page fault
// (fault_around_bytes, 64 KiB): then it is asked first, which takes a few
// system calls, since comparing brings in what may never be executed.
static constexpr size_t FewPages = 16;

static bool isExecuted(Lane L) { return finalRights(L) == Access::ReadExecute; }

/// Closes its descriptor when no slab is left that is mapped from it.
class SharedBacking::File {
public:
  explicit File(VirtualMemory &VM) : VM(VM) {}
  ~File() {
    if (Handle)
      VM.closeShared(*Handle);
  }
  File(const File &) = delete;
  File &operator=(const File &) = delete;

  std::error_code open(size_t Size) {
    ErrorOr<SharedMemory> M = VM.createShared(Size, "jitslab");
    if (!M)
      return M.getError();
    Handle = *M;
    return {};
  }
  const SharedMemory &handle() const { return *Handle; }

private:
  VirtualMemory &VM;
  std::optional<SharedMemory> Handle;
};

SharedBacking::SharedBacking(VirtualMemory &VM, AddressRange Window,
                             Reservation Writer, bool HugePages)
    : VM(VM), Window(Window), HugePages(HugePages),
      OfSlab(Window.size() / SlabSize), Writer(std::move(Writer)) {}

SharedBacking::~SharedBacking() = default;

size_t SharedBacking::slabOf(uintptr_t Executor) const {
  return (Executor - Window.Begin) / SlabSize;
}

std::error_code SharedBacking::ensureFile() {
  if (Current)
    return {};
  // Before there is a descriptor: the heap may be used up.
  auto New = std::make_shared<File>(VM);
  if (std::error_code EC = New->open(Window.size()))
    return EC;
  Current = std::move(New);
  return {};
}

std::error_code SharedBacking::mapWriter(AddressRange Slabs, const File &From) {
  if (std::error_code EC = VM.mapShared(
          writerOf(Slabs.Begin), Slabs.size(), Access::ReadWrite, From.handle(),
          Slabs.Begin - Window.Begin, Sharing::Shared))
    return EC;
  VM.advise(writerOf(Slabs.Begin), Slabs.size(),
            HugePages ? Advice::HugePages : Advice::SmallPages);
  VM.advise(writerOf(Slabs.Begin), Slabs.size(), Advice::NoDump);
  return {};
}

std::error_code SharedBacking::mapBoth(Lane L, AddressRange Slabs) {
  if (std::error_code EC = mapWriter(Slabs, *Current))
    return EC;
  return VM.mapShared(Slabs.Begin, Slabs.size(), finalRights(L),
                      Current->handle(), Slabs.Begin - Window.Begin,
                      isExecuted(L) ? Sharing::CopyOnWrite : Sharing::Shared);
}

// The kernel leaves a private mapping of a file out of core files until a page
// of it was copied (coredump_filter). So a byte is written as it is, and the
// copy dropped again. Where that is refused, core files lack code.
void SharedBacking::putInCoreFiles(AddressRange Slabs) {
  const uint8_t First = *reinterpret_cast<const uint8_t *>(Slabs.Begin);
  if (!VM.overwrite(Slabs.Begin, &First, sizeof(First)))
    (void)VM.discard(Slabs.Begin, VM.pageSize());
}

std::error_code SharedBacking::showWritten(AddressRange R, bool KeepTraps) {
  if (R.size() > FewPages * VM.pageSize() &&
      !VM.mayHaveCopies(R.Begin, R.size()))
    return {};
  while (R.Begin != R.End) {
    AddressRange Part{R.Begin, std::min<uintptr_t>(
                                   R.End, alignTo(R.Begin + 1, VM.pageSize()))};
    if (std::error_code EC = showPart(Part, KeepTraps))
      return EC;
    R.Begin = Part.End;
  }
  return {};
}

// A copy that cannot be written is dropped, with what the debugger has written.
std::error_code SharedBacking::showPart(AddressRange R, bool KeepTraps) {
  const auto *Shown = reinterpret_cast<const uint8_t *>(R.Begin);
  const auto *Written = reinterpret_cast<const uint8_t *>(writerOf(R.Begin));
  if (std::memcmp(Shown, Written, R.size()) == 0)
    return {};
  SmallVector<uint8_t, 0> Right(Written, Written + R.size());
  if (KeepTraps)
    copyTraps(Shown, Right.data(), R.size());
  auto IsRight = [&] {
    return std::memcmp(Shown, Right.data(), R.size()) == 0;
  };
  if (IsRight() ||
      (!VM.overwrite(R.Begin, Right.data(), R.size()) && IsRight()))
    return {};
  if (std::error_code EC =
          VM.discard(alignDown(R.Begin, VM.pageSize()), VM.pageSize()))
    return EC;
  return std::memcmp(Shown, Written, R.size()) == 0
             ? std::error_code()
             : std::make_error_code(std::errc::io_error);
}

std::error_code SharedBacking::commit(Lane L, AddressRange Slabs,
                                      AddressRange) {
  if (std::error_code EC = ensureFile())
    return EC;
  if (std::error_code EC = mapBoth(L, Slabs)) {
    // What is charged by then.
    (void)VM.discardShared(writerOf(Slabs.Begin), Slabs.size(),
                           Current->handle(), Slabs.Begin - Window.Begin);
    (void)VM.unmap(Slabs.Begin, Slabs.size());
    (void)VM.unmap(writerOf(Slabs.Begin), Slabs.size());
    return EC;
  }
  if (isExecuted(L))
    putInCoreFiles(Slabs);
  for (size_t I = slabOf(Slabs.Begin), E = slabOf(Slabs.End); I != E; ++I)
    OfSlab[I] = Current;
  return {};
}

std::error_code SharedBacking::decommit(AddressRange Slab) {
  if (std::error_code EC = VM.discardShared(
          writerOf(Slab.Begin), Slab.size(),
          OfSlab[slabOf(Slab.Begin)]->handle(), Slab.Begin - Window.Begin))
    return EC;
  std::error_code EC = unmapBoth(Slab);
  if (EC)
    Discarded.push_back(slabOf(Slab.Begin));
  return EC;
}

// A slab may be listed twice, and again when it has been decommitted meanwhile.
std::error_code SharedBacking::makeWritable(AddressRange R) {
  while (!Discarded.empty()) {
    auto IsPart = [&](size_t I) {
      return I >= slabOf(R.Begin) && I <= slabOf(R.End - 1);
    };
    auto I = llvm::find_if(Discarded, IsPart);
    if (I == Discarded.end())
      break;
    const uintptr_t Begin = Window.Begin + *I * SlabSize;
    if (std::error_code EC = mapWriter({Begin, Begin + SlabSize}, *OfSlab[*I]))
      return EC;
    Discarded.erase(I);
  }
  return {};
}

// What comes here next is for this process, at an offset that the other one
// does not know.
std::error_code SharedBacking::abandon(AddressRange Slab) {
  const bool WasCurrent = OfSlab[slabOf(Slab.Begin)] == Current;
  if (std::error_code EC = unmapBoth(Slab))
    return EC;
  if (WasCurrent)
    renew();
  return {};
}

// A writer view that cannot be unmapped is harmless: nobody uses what it still
// shows, and the next commit maps over it.
std::error_code SharedBacking::unmapBoth(AddressRange Slab) {
  if (std::error_code EC = VM.unmap(Slab.Begin, Slab.size()))
    return EC;
  (void)VM.unmap(writerOf(Slab.Begin), Slab.size());
  OfSlab[slabOf(Slab.Begin)].reset();
  return {};
}

// The first touch of a huge page brings all of it.
void SharedBacking::populate(AddressRange Pages) {
  if (!HugePages)
    VM.populate(writerOf(Pages.Begin), Pages.size());
}

void SharedBacking::onSlabFull(AddressRange Slab) {
  if (!HugePages)
    return;
  // What was not written yet has to be there to become part of a huge page.
  VM.populate(writerOf(Slab.Begin), Slab.size());
  VM.collapse(Slab.Begin, Slab.size());
}

void SharedBacking::detachFromParent() {
  for (size_t I = 0, E = OfSlab.size(); I != E;) {
    size_t First = I++;
    if (!OfSlab[First])
      continue;
    while (I != E && OfSlab[I] == OfSlab[First])
      ++I;
    uintptr_t Start = Writer.range().Begin + First * SlabSize;
    size_t Bytes = (I - First) * SlabSize;
    // Without the descriptor they go to memory that nobody reads.
    if (VM.mapShared(Start, Bytes, Access::ReadWrite, OfSlab[First]->handle(),
                     First * SlabSize, Sharing::CopyOnWrite))
      if (!VM.unmap(Start, Bytes))
        (void)VM.protect(Start, Bytes, Access::ReadWrite);
  }
}

} // namespace jitslab
