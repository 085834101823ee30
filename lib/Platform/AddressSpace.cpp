//===- AddressSpace.cpp - What is mapped where ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AddressSpace.h"
#include "ProcFile.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace jitslab {

// The default of vm.mmap_min_addr on the supported kernels.
constexpr uintptr_t LowestMappable = uintptr_t(64) * 1024;

// What mmap hands out at most to a process that does not ask for more: x86-64
// with four-level page tables (Documentation/arch/x86/x86_64/mm.rst), less its
// last page; AArch64 with 48-bit addresses
// (Documentation/arch/arm64/memory.rst).
#if defined(__x86_64__)
constexpr uintptr_t UserSpaceEnd = 0x7ffffffff000;
#else
constexpr uintptr_t UserSpaceEnd = uintptr_t(1) << 48;
#endif

uintptr_t addressSpaceEnd(uintptr_t HighestMapped) {
  return std::min<uintptr_t>(PowerOf2Ceil(HighestMapped), UserSpaceEnd);
}

static bool parseMapping(StringRef Line, AddressRange &R) {
  return !Line.consumeInteger(16, R.Begin) && Line.consume_front("-") &&
         !Line.consumeInteger(16, R.End);
}

SmallVector<AddressRange, 0> mappedAddressRanges() {
  SmallVector<AddressRange, 0> Result;
  forEachLine("/proc/self/maps", [&](StringRef Line) {
    AddressRange R;
    if (parseMapping(Line, R))
      Result.push_back(R);
  });
  return Result;
}

size_t mappingCount() {
  size_t Count = 0;
  forEachLine("/proc/self/maps", [&](StringRef) { ++Count; });
  return Count;
}

size_t largestFreeAddressRange() {
  uintptr_t Next = LowestMappable;
  size_t Largest = 0;
  auto Visit = [&](AddressRange R) {
    if (R.Begin > Next)
      Largest = std::max<size_t>(Largest, R.Begin - Next);
    Next = std::max(Next, R.End);
  };
  bool Known = forEachLine("/proc/self/maps", [&](StringRef Line) {
    AddressRange R;
    if (parseMapping(Line, R) && R.Begin < UserSpaceEnd)
      Visit(R);
  });
  uintptr_t End = addressSpaceEnd(Next);
  Visit({End, End});
  return Known ? Largest : SIZE_MAX;
}

SmallVector<AddressRange, 0> freeAddressRanges(uintptr_t Low, uintptr_t High) {
  SmallVector<AddressRange, 0> Result;
  SmallVector<AddressRange, 0> Mapped = mappedAddressRanges();
  if (Mapped.empty())
    return Result;
  uintptr_t Highest = 0;
  for (AddressRange R : Mapped)
    // Not what the kernel has of its own: vsyscall on x86-64.
    if (R.Begin < UserSpaceEnd)
      Highest = R.End;
  uintptr_t Next = std::max(Low, LowestMappable);
  High = std::min(High, addressSpaceEnd(Highest));
  for (AddressRange R : Mapped) {
    if (R.Begin >= High)
      break;
    if (R.Begin > Next)
      Result.push_back({Next, R.Begin});
    Next = std::max(Next, R.End);
  }
  if (Next < High)
    Result.push_back({Next, High});
  return Result;
}

} // namespace jitslab
