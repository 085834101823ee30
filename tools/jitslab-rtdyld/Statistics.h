//===- Statistics.h - What was loaded, and how far apart --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_STATISTICS_H
#define JITSLAB_TOOLS_RTDYLD_STATISTICS_H

#include "Linker.h"
#include "Options.h"
#include "llvm/Support/raw_ostream.h"

namespace jitslab {

struct LoaderStatistics {
  std::string Linker, MemoryManager;
  size_t Objects = 0;
  size_t Sections = 0;
  size_t SectionBytes = 0;
  /// Between the two furthest bytes of any code and any other section (GOT,
  /// read-only or writable data): within one object, and over all objects.
  uint64_t DistanceInObject = 0, DistanceOverall = 0;
  /// How far the tightest relocation between sections spans.
  uint64_t Reach = 0;
  /// Mappings of the process.
  size_t Mappings = 0;
  /// In memory, of the mappings that hold sections.
  size_t ResidentBytes = 0;
  size_t ScatteredBytes = 0;
  std::optional<ArenaStats> Memory;
};

/// To be asked for after linking: access rights decide how many mappings there
/// are.
LoaderStatistics collectStatistics(const Linker &L, const Scatter &S,
                                   const LoaderOptions &O);

/// In the format that \p Format asks for.
void printStatistics(llvm::raw_ostream &OS, const LoaderStatistics &S,
                     StatisticsFormat Format);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_STATISTICS_H
