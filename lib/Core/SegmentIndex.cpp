//===- SegmentIndex.cpp - What has an address -----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SegmentIndex.h"
#include "llvm/Support/MathExtras.h"
#include <utility>

namespace jitslab {

SegmentIndex::~SegmentIndex() {
  if (IsShown)
    hideArena(Record);
  freeRetired();
}

void SegmentIndex::show(uint32_t Layout, size_t Granule) {
  Record.Layout = Layout;
  Record.LogGranule = llvm::Log2_64(Granule);
  showArena(Record);
  IsShown = true;
}

void SegmentIndex::add(SegmentMarks &M) {
  M.Record.Next.store(Record.FirstWindow.load(std::memory_order_relaxed),
                      std::memory_order_relaxed);
  Record.FirstWindow.store(&M.Record);
  noteWindowsChanged();
}

// Who begins to look after the unlinking does not find it, and who began before
// is counted: all four accesses have one order, which is what the default of
// std::atomic is for.
void SegmentIndex::remove(SegmentMarks &M) {
  std::atomic<WindowRecord *> *Link = &Record.FirstWindow;
  while (SegmentMarks *Other = next(*Link)) {
    if (Other == &M)
      break;
    Link = &Other->Record.Next;
  }
  Link->store(M.Record.Next.load(std::memory_order_relaxed));
  noteWindowsChanged();
  M.NextRetired = std::exchange(Retired, &M);
  if (Readers.load() == 0)
    freeRetired();
}

void SegmentIndex::freeRetired() {
  while (SegmentMarks *M = Retired) {
    Retired = M->NextRetired;
    delete M;
  }
}

MemoryLocation SegmentIndex::find(uintptr_t Address) const {
  Readers.fetch_add(1);
  MemoryLocation Found;
  for (SegmentMarks *M = next(Record.FirstWindow); M;
       M = next(M->Record.Next)) {
    Found = M->find(Address);
    if (Found.State != MemoryState::Outside)
      break;
  }
  Readers.fetch_sub(1, std::memory_order_release);
  return Found;
}

} // namespace jitslab
