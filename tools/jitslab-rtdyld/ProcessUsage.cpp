//===- ProcessUsage.cpp - Mappings and memory of this process -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProcessUsage.h"
#include "Platform/ProcFile.h"
#include "llvm/ADT/STLExtras.h"
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

using namespace llvm;

namespace jitslab {

size_t processMappings() { return mappedAddressRanges().size(); }

// "<begin>-<end> rwxp ..."
static bool parse(StringRef Line, ProcessMapping &M) {
  if (Line.consumeInteger(16, M.Range.Begin) || !Line.consume_front("-") ||
      Line.consumeInteger(16, M.Range.End) || !Line.consume_front(" "))
    return false;
  M.Rights = Line.take_front(3).str();
  return true;
}

SmallVector<ProcessMapping, 0> processMappingsWithRights() {
  SmallVector<ProcessMapping, 0> Result;
  forEachLine("/proc/self/maps", [&](StringRef Line) {
    ProcessMapping M;
    if (parse(Line, M))
      Result.push_back(std::move(M));
  });
  return Result;
}

std::string rightsOf(ArrayRef<ProcessMapping> Mappings, uint64_t Address) {
  const auto *After = partition_point(Mappings, [&](const ProcessMapping &M) {
    return M.Range.End <= Address;
  });
  return After != Mappings.end() && After->Range.Begin <= Address
             ? After->Rights
             : "";
}

static size_t residentBytesOf(AddressRange Mapping) {
  size_t Page = sysconf(_SC_PAGESIZE);
  std::vector<unsigned char> InMemory((Mapping.size() + Page - 1) / Page);
  if (mincore(reinterpret_cast<void *>(Mapping.Begin), Mapping.size(),
              InMemory.data()) != 0)
    return 0;
  return Page * count_if(InMemory, [](unsigned char C) { return C & 1; });
}

size_t residentBytes(ArrayRef<AddressRange> Ranges) {
  SmallVector<AddressRange, 0> Sorted(Ranges.begin(), Ranges.end());
  sort(Sorted, [](AddressRange A, AddressRange B) { return A.End < B.End; });
  size_t Sum = 0;
  for (AddressRange Mapping : mappedAddressRanges()) {
    auto *First = partition_point(
        Sorted, [&](AddressRange R) { return R.End <= Mapping.Begin; });
    if (First != Sorted.end() && First->Begin < Mapping.End)
      Sum += residentBytesOf(Mapping);
  }
  return Sum;
}

} // namespace jitslab
