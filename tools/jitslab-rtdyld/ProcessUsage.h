//===- ProcessUsage.h - Mappings and memory of this process -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_PROCESSUSAGE_H
#define JITSLAB_TOOLS_RTDYLD_PROCESSUSAGE_H

#include "Platform/AddressSpace.h"
#include "llvm/ADT/ArrayRef.h"
#include <cstddef>
#include <string>

namespace jitslab {

/// Mappings (VMAs) of the process.
size_t processMappings();

struct ProcessMapping {
  AddressRange Range;
  /// "r-x"
  std::string Rights;
};

/// All mappings in ascending order; empty when the system does not tell.
llvm::SmallVector<ProcessMapping, 0> processMappingsWithRights();

/// Those of the mapping that has \p Address, empty if none has.
std::string rightsOf(llvm::ArrayRef<ProcessMapping> Mappings, uint64_t Address);

/// Bytes in memory, of those mappings of the process that share a byte with one
/// of \p Ranges. Asked page by page, so that under an emulator the emulator's
/// own memory does not count.
size_t residentBytes(llvm::ArrayRef<AddressRange> Ranges);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_PROCESSUSAGE_H
