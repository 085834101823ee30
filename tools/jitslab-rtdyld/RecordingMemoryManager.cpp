//===- RecordingMemoryManager.cpp - Notes what is allocated ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RecordingMemoryManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cassert>

using namespace llvm;

namespace jitslab {

ArrayRef<RecordedSection>
RecordingMemoryManager::sectionsOf(size_t Object) const {
  auto [First, Last] = std::equal_range(
      Sections.begin(), Sections.end(),
      RecordedSection{Object, 0, SegmentKind::Code, "", 0, 0, nullptr},
      [](const RecordedSection &A, const RecordedSection &B) {
        return A.Object < B.Object;
      });
  return ArrayRef<RecordedSection>(Sections).slice(First - Sections.begin(),
                                                   Last - First);
}

uint8_t *RecordingMemoryManager::record(uint8_t *Working, size_t Size,
                                        size_t Align, unsigned ID,
                                        SegmentKind Kind, StringRef Name) {
  assert(Objects && "a section before the first object");
  if (Working)
    Sections.push_back(
        {Objects - 1, ID, Kind, Name.str(), Size, Align, Working});
  return Working;
}

void RecordingMemoryManager::print(StringRef Function, size_t Size,
                                   size_t Align, StringRef Name) const {
  if (Printing)
    outs() << Function << "(Size = " << Size << ", Alignment = " << Align
           << ", SectionName = " << Name << ")\n";
}

uint8_t *RecordingMemoryManager::allocateCodeSection(uintptr_t Size,
                                                     unsigned Alignment,
                                                     unsigned SectionID,
                                                     StringRef Name) {
  print("allocateCodeSection", Size, Alignment, Name);
  return record(Real.allocateCodeSection(Size, Alignment, SectionID, Name),
                Size, Alignment, SectionID, SegmentKind::Code, Name);
}

uint8_t *RecordingMemoryManager::allocateDataSection(uintptr_t Size,
                                                     unsigned Alignment,
                                                     unsigned SectionID,
                                                     StringRef Name,
                                                     bool IsReadOnly) {
  print("allocateDataSection", Size, Alignment, Name);
  return record(
      Real.allocateDataSection(Size, Alignment, SectionID, Name, IsReadOnly),
      Size, Alignment, SectionID,
      IsReadOnly ? SegmentKind::ROData : SegmentKind::RWData, Name);
}

} // namespace jitslab
