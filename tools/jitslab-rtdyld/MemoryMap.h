//===- MemoryMap.h - What -map shows ----------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_MEMORYMAP_H
#define JITSLAB_TOOLS_RTDYLD_MEMORYMAP_H

#include "Core/Errors.h"
#include "Linker.h"
#include "Names.h"
#include "Options.h"
#include "jitslab/ArenaSnapshot.h"

namespace llvm::json {
class OStream;
}

namespace jitslab {

struct MappedSection {
  LoadedSection Section;
  /// As in /proc/self/maps ("r-x"); empty where it is not known.
  std::string Rights;
  /// Index of its object.
  size_t Object;
};

struct MappedObject {
  std::string File;
  /// In the order of loading.
  std::vector<MappedSection> Sections;
  AuditResult Audit;
};

/// Sections that lie side by side: indexes of an object and of a section in it,
/// by address.
struct Cluster {
  uint64_t Begin = 0, End = 0;
  std::vector<const MappedSection *> Sections;
};

struct MemoryMap {
  std::string Linker, Manager, Architecture;
  std::vector<MappedObject> Objects;
  /// Ascending. Between two of them is a gap of MinGap bytes at least.
  std::vector<Cluster> Clusters;
  /// Of jitslab's managers.
  std::vector<WindowSnapshot> Windows;
  /// How far the tightest relocation between sections of the architecture
  /// spans.
  uint64_t Reach = 0;
  size_t SectionBytes = 0, NumSections = 0;
  /// As in LoadedImage: sections have no rights otherwise.
  bool InThisProcess = true;
  /// Of all objects the one whose reference uses most of its reach; null when
  /// no reference has a limit.
  const MappedObject *Furthest = nullptr;
  size_t Problems = 0;
  /// Why relocations could not be checked; empty if they were.
  std::string AuditFailure;

  /// From the first byte of any section to the last.
  uint64_t span() const {
    return Clusters.empty() ? 0 : Clusters.back().End - Clusters.front().Begin;
  }

  static constexpr uint64_t MinGap = uint64_t(1) << 20;
};

/// Pointers in the result are to parts of the result.
std::unique_ptr<MemoryMap> drawUp(const Linker &L, const LoaderOptions &O);

/// "R_X86_64_PC32 to 'x', .text+0x12"
std::string describe(const RelocationUse &Use);
/// "0.1%"
std::string percent(double Part);

/// The attributes of \p P in an object of JSON.
void printProblem(llvm::json::OStream &J, const RelocationProblem &P);

/// As text whose lines are not longer than \p Width where that is possible.
void printMap(llvm::raw_ostream &OS, const MemoryMap &M, unsigned Width);
void printMapAsJSON(llvm::raw_ostream &OS, const MemoryMap &M);
void printMapAsSVG(llvm::raw_ostream &OS, const MemoryMap &M);

/// -map: to stdout, and to all files of \p O in the format that their names ask
/// for.
llvm::Error writeMaps(const Linker &L, const LoaderOptions &O);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_MEMORYMAP_H
