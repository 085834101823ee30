//===- SegmentIndex.cpp - What has an address -----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SegmentIndex.h"
#include <utility>

namespace jitslab {

void SegmentIndex::add(SegmentMarks &M) {
  M.Next.store(First.load(std::memory_order_relaxed),
               std::memory_order_relaxed);
  First.store(&M);
}

// Who begins to look after the unlinking does not find it, and who began before
// is counted: all four accesses have one order, which is what the default of
// std::atomic is for.
void SegmentIndex::remove(SegmentMarks &M) {
  std::atomic<SegmentMarks *> *Link = &First;
  while (SegmentMarks *Other = Link->load(std::memory_order_relaxed)) {
    if (Other == &M)
      break;
    Link = &Other->Next;
  }
  Link->store(M.Next.load(std::memory_order_relaxed));
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
  for (SegmentMarks *M = First.load(); M; M = M->Next.load()) {
    Found = M->find(Address);
    if (Found.State != MemoryState::Outside)
      break;
  }
  Readers.fetch_sub(1, std::memory_order_release);
  return Found;
}

} // namespace jitslab
