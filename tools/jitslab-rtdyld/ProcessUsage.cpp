//===- ProcessUsage.cpp - Mappings and memory of this process -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProcessUsage.h"
#include "llvm/ADT/STLExtras.h"
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

using namespace llvm;

namespace jitslab {

size_t processMappings() { return mappedAddressRanges().size(); }

static size_t residentBytesOf(AddressRange Mapping) {
  size_t Page = sysconf(_SC_PAGESIZE);
  std::vector<unsigned char> InMemory((Mapping.size() + Page - 1) / Page);
  if (mincore(reinterpret_cast<void *>(Mapping.Begin), Mapping.size(),
              InMemory.data()) != 0)
    return 0;
  return Page * count_if(InMemory, [](unsigned char C) { return C & 1; });
}

size_t residentBytes(ArrayRef<AddressRange> Ranges) {
  size_t Sum = 0;
  for (AddressRange Mapping : mappedAddressRanges())
    if (any_of(Ranges, [&](AddressRange R) {
          return R.Begin < Mapping.End && Mapping.Begin < R.End;
        }))
      Sum += residentBytesOf(Mapping);
  return Sum;
}

} // namespace jitslab
