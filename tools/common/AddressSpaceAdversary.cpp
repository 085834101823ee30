//===- AddressSpaceAdversary.cpp - Forces mappings apart ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AddressSpaceAdversary.h"
#include <cerrno>
#include <sys/mman.h>

using namespace llvm;

namespace jitslab {

AddressSpaceAdversary::~AddressSpaceAdversary() {
  for (AddressRange R : Occupied)
    munmap(reinterpret_cast<void *>(R.Begin), R.size());
}

Error AddressSpaceAdversary::occupy(uintptr_t Centre, size_t Radius) {
  uintptr_t Low = Centre > Radius ? Centre - Radius : 0;
  uintptr_t High = Centre + Radius;
  // Growing the list of what is occupied may itself map memory: look again
  // until nothing is free.
  constexpr unsigned Rounds = 8;
  SmallVector<AddressRange, 0> Gaps;
  std::error_code Last;
  for (unsigned I = 0; I != Rounds; ++I) {
    Gaps = freeAddressRanges(Low, High);
    if (Gaps.empty())
      return Error::success();
    for (AddressRange Gap : Gaps) {
      void *Wanted = reinterpret_cast<void *>(Gap.Begin);
      void *Mapped = mmap(Wanted, Gap.size(), PROT_NONE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (Mapped == Wanted) {
        Occupied.push_back(Gap);
        continue;
      }
      Last = std::error_code(errno, std::generic_category());
      if (Mapped != MAP_FAILED)
        munmap(Mapped, Gap.size());
    }
  }
  return createStringError(
      Last, "cannot occupy the address space from 0x%zx to 0x%zx: %s",
      size_t(Gaps.front().Begin), size_t(Gaps.front().End),
      Last.message().c_str());
}

size_t AddressSpaceAdversary::occupiedBytes() const {
  size_t Sum = 0;
  for (AddressRange R : Occupied)
    Sum += R.size();
  return Sum;
}

} // namespace jitslab
