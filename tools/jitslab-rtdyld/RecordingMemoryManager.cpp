//===- RecordingMemoryManager.cpp - Writes down what was allocated --------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RecordingMemoryManager.h"
#include <cassert>

using namespace llvm;

namespace jitslab {

void RecordingMemoryManager::record(unsigned ID, SegmentKind Kind,
                                    StringRef Name, size_t Size) {
  assert(Objects && "a section before the first object");
  Sections.push_back({Objects - 1, ID, Kind, Name.str(), Size});
}

uint8_t *RecordingMemoryManager::allocateCodeSection(uintptr_t Size,
                                                     unsigned Alignment,
                                                     unsigned SectionID,
                                                     StringRef Name) {
  uint8_t *Result = Real.allocateCodeSection(Size, Alignment, SectionID, Name);
  if (Result)
    record(SectionID, SegmentKind::Code, Name, Size);
  return Result;
}

uint8_t *RecordingMemoryManager::allocateDataSection(uintptr_t Size,
                                                     unsigned Alignment,
                                                     unsigned SectionID,
                                                     StringRef Name,
                                                     bool IsReadOnly) {
  uint8_t *Result =
      Real.allocateDataSection(Size, Alignment, SectionID, Name, IsReadOnly);
  if (Result)
    record(SectionID, IsReadOnly ? SegmentKind::ROData : SegmentKind::RWData,
           Name, Size);
  return Result;
}

} // namespace jitslab
