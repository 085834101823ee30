//===- MarkTable.h - The marks of a slab, from outside ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_INSPECT_MARKTABLE_H
#define JITSLAB_TOOLS_INSPECT_MARKTABLE_H

#include "Core/SegmentMarks.h"
#include "llvm/ADT/ArrayRef.h"
#include <cstring>
#include <vector>

namespace jitslab {

/// A copy of what SegmentMarks has for a slab.
class MarkTable {
public:
  explicit MarkTable(unsigned LogGranule)
      : Granules(SegmentMarks::granulesPerSlab(LogGranule)),
        HasOffsets(SegmentMarks::hasOffsets(LogGranule)),
        Bytes(SegmentMarks::tableBytes(LogGranule)) {}

  llvm::MutableArrayRef<char> bytes() { return Bytes; }

  bool isMarked(size_t G) const { return mark(G) != SegmentMarks::None; }
  void describe(size_t G, MemoryState &State, SegmentKind &Kind) const {
    SegmentMarks::describe(mark(G), State, Kind);
  }
  /// Where in its first granule a segment begins.
  uint16_t offset(size_t G) const {
    uint16_t Offset = 0;
    if (HasOffsets && isSegment(G))
      std::memcpy(
          &Offset,
          &Bytes[Granules / SegmentMarks::MarksPerByte + G * sizeof(Offset)],
          sizeof(Offset));
    return Offset;
  }

private:
  SegmentMarks::Mark mark(size_t G) const {
    // Words are little-endian on all processors that jitslab knows.
    const auto Byte = static_cast<unsigned char>(Bytes[G / 2]);
    return SegmentMarks::Mark((G % 2 ? Byte >> 4 : Byte) & 15);
  }
  bool isSegment(size_t G) const {
    return isMarked(G) && mark(G) != SegmentMarks::Unused;
  }

  const size_t Granules;
  const bool HasOffsets;
  std::vector<char> Bytes;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_INSPECT_MARKTABLE_H
