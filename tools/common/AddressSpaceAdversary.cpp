//===- AddressSpaceAdversary.cpp - Forces mappings apart ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AddressSpaceAdversary.h"
#include "Platform/VirtualMemory.h"
#include "llvm/Support/MathExtras.h"
#include <cerrno>
#include <sys/mman.h>

using namespace llvm;

namespace jitslab {

AddressSpaceAdversary::~AddressSpaceAdversary() {
  for (AddressRange R : Occupied)
    munmap(reinterpret_cast<void *>(R.Begin), R.size());
}

Error AddressSpaceAdversary::occupy(uintptr_t Centre, size_t Radius,
                                    function_ref<void(size_t)> OnProgress) {
  size_t Page = VirtualMemory::system().pageSize();
  uintptr_t Low = alignTo(Centre > Radius ? Centre - Radius : 0, Page);
  uintptr_t High = alignDown(Centre + Radius, Page);
  // Growing the list of what is occupied may itself map memory: look again
  // until nothing is left.
  constexpr unsigned Rounds = 8;
  for (unsigned I = 0; I != Rounds; ++I) {
    SmallVector<AddressRange, 0> Gaps = freeAddressRanges(Low, High);
    size_t Before = occupiedBytes();
    for (AddressRange Gap : Gaps)
      if (Error Err = occupyGap(Gap, OnProgress))
        return Err;
    if (occupiedBytes() == Before)
      return Error::success();
  }
  return Error::success();
}

// A gap can hold mappings that /proc/self/maps does not show: those of an
// emulator that this process runs in. Halving leaves out just these.
Error AddressSpaceAdversary::occupyGap(AddressRange Gap,
                                       function_ref<void(size_t)> OnProgress) {
  void *Wanted = reinterpret_cast<void *>(Gap.Begin);
  void *Mapped = mmap(Wanted, Gap.size(), PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (Mapped == Wanted) {
    Occupied.push_back(Gap);
    Bytes += Gap.size();
    OnProgress(Bytes);
    return Error::success();
  }
  if (Mapped == MAP_FAILED && errno != ENOMEM) {
    std::error_code EC(errno, std::generic_category());
    return createStringError(
        EC, "cannot occupy the address space from 0x%zx to 0x%zx: %s",
        size_t(Gap.Begin), size_t(Gap.End), EC.message().c_str());
  }
  if (Mapped != MAP_FAILED)
    munmap(Mapped, Gap.size());
  size_t Page = VirtualMemory::system().pageSize();
  size_t Half = Gap.size() / 2 / Page * Page;
  if (Half == 0)
    return Error::success();
  if (Error Err = occupyGap({Gap.Begin, Gap.Begin + Half}, OnProgress))
    return Err;
  return occupyGap({Gap.Begin + Half, Gap.End}, OnProgress);
}

} // namespace jitslab
