//===- Report.h - What jitslab-inspect shows --------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_INSPECT_REPORT_H
#define JITSLAB_TOOLS_INSPECT_REPORT_H

#include "CodeNames.h"
#include "ProcessMemory.h"
#include "jitslab/ArenaSnapshot.h"
#include "jitslab/MemoryLocation.h"
#include "llvm/Support/raw_ostream.h"
#include <array>

namespace jitslab {

/// What lies between two marks: a segment, or what nobody has.
struct Piece {
  MemoryState State = MemoryState::Unused;
  SegmentKind Kind = SegmentKind::Code;
  uint64_t Begin = 0, End = 0;
  uint64_t size() const { return End - Begin; }
};

/// The slabs of a window that one lane has. All sizes are in bytes.
struct LaneReport {
  uint64_t Committed = 0, Live = 0, Frozen = 0;
  /// The most that lies together of what is neither live nor frozen.
  uint64_t LargestFree = 0;
  size_t Segments = 0;
  uint64_t free() const { return Committed - Live - Frozen; }
  LaneReport &operator+=(const LaneReport &L);
  /// 0: all that is free lies together; near 1: in small pieces.
  double fragmentation() const {
    return free() ? 1 - double(LargestFree) / double(free()) : 0;
  }
};

struct WindowReport {
  uint64_t Begin = 0, End = 0;
  struct SlabReport {
    SlabUse Use = SlabUse::Untaken;
    uint32_t Live = 0, Frozen = 0;
  };
  std::vector<SlabReport> Slabs;
  /// By address.
  std::vector<Piece> Pieces;
  /// By SlabUse; Untaken has nothing.
  std::array<LaneReport, 5> Lanes;

  LaneReport sum() const;
};

struct ArenaReport {
  std::string Layout;
  std::vector<WindowReport> Windows;
};

struct Report {
  /// The process or core file.
  std::string Source;
  std::vector<ArenaReport> Arenas;
  CodeNames Names;

  /// The live segments, largest first, at most \p Count.
  std::vector<Piece> largest(size_t Count) const;
  /// What has \p Address. Outside if nothing has.
  MemoryLocation locate(uint64_t Address) const;
};

/// Reads what \p Memory has of all arenas, once more while they change. Fails
/// with a message where there is no jitslab, another version of it, or nothing
/// that fits together.
llvm::Expected<Report> readReport(const ProcessMemory &Memory);

/// The addresses of the descriptors in the files that \p Memory has mapped.
std::vector<uint64_t> findDescriptors(const ProcessMemory &Memory);

void printTable(llvm::raw_ostream &OS, const Report &R, size_t Largest);
void printJSON(llvm::raw_ostream &OS, const Report &R, size_t Largest);
void printSVG(llvm::raw_ostream &OS, const Report &R);
/// One line.
void printLocation(llvm::raw_ostream &OS, const Report &R, uint64_t Address);

} // namespace jitslab

#endif // JITSLAB_TOOLS_INSPECT_REPORT_H
