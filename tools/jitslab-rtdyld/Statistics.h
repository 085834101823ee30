//===- Statistics.h - What was loaded, and how far apart --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_STATISTICS_H
#define JITSLAB_TOOLS_RTDYLD_STATISTICS_H

#include "Loader.h"
#include "llvm/Support/raw_ostream.h"

namespace jitslab {

struct LoaderStatistics {
  size_t Objects = 0;
  size_t Sections = 0;
  size_t SectionBytes = 0;
  /// Between the two furthest bytes of any code and any other section (GOT,
  /// read-only or writable data): within one object, and over all objects.
  uint64_t DistanceInObject = 0, DistanceOverall = 0;
  /// Mappings of the process.
  size_t Mappings = 0;
  /// In memory, of the mappings that hold sections.
  size_t ResidentBytes = 0;
};

/// To be asked for after linking: access rights decide how many mappings there
/// are.
LoaderStatistics collectStatistics(const Loader &L);

void printStatistics(llvm::raw_ostream &OS, const LoaderStatistics &S,
                     const Loader &L, llvm::StringRef MemoryManager);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_STATISTICS_H
