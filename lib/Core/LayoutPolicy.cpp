//===- LayoutPolicy.cpp - How objects lie in a window ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayoutPolicy.h"
#include "../Platform/Fork.h"
#include "DenseLayout.h"
#include "PerObjectLayout.h"
#include "PerProtectionLayout.h"
#include "llvm/Support/Alignment.h"
#include <algorithm>
#include <cassert>

using namespace llvm;

namespace jitslab {

LayoutPolicy::~LayoutPolicy() = default;

std::unique_ptr<LayoutPolicy> LayoutPolicy::create(Layout L,
                                                   VirtualMemory &VM) {
  switch (L) {
  case Layout::PerObject:
    return std::make_unique<PerObjectLayout>(VM);
  case Layout::PerProtection:
    return std::make_unique<PerProtectionLayout>(VM);
  case Layout::Dense:
    return std::make_unique<DenseLayout>(VM);
  }
  return nullptr;
}

void LayoutPolicy::own(Allocation &A, SegmentKind K, AddressRange R) {
  Part &P = stateOf(A).Parts[K];
  SegmentMarks &Marks = home(A).marks();
  const AddressRange Had = owned(A, K);
  if (R.Begin == R.End) {
    if (P)
      Marks.noteFreed(Had.Begin, K);
    P = Part();
    return;
  }
  if (!P)
    Marks.noteLive(R, K, P.Offset);
  else if (R.End > Had.End)
    Marks.noteLonger({Had.End, R.End});
  else if (R.End < Had.End)
    Marks.noteShorter(R.End);
  P.Begin = uint32_t(R.Begin - home(A).begin());
  P.End = uint32_t(R.End - home(A).begin());
}

std::error_code LayoutPolicy::makeWritable(Allocation &A) {
  for (SegmentKind K : AllSegmentKinds) {
    Part &P = parts(A)[K];
    if (!P || P.Rights == State::Writable)
      continue;
    if (std::error_code EC = home(A).makeWritable(owned(A, K)))
      return EC;
    P.Rights = State::Writable;
  }
  return {};
}

LaneBytes LayoutPolicy::leastBytes(const Footprint &F) const {
  LaneBytes Least{};
  for (SegmentKind K : AllSegmentKinds)
    Least[laneFor(K)] += alignTo(F[K].Size, Align(granule()));
  return Least;
}

size_t LayoutPolicy::largestFree(const Window &W) const {
  size_t Largest = 0;
  for (SegmentKind K : AllSegmentKinds)
    Largest = std::max(Largest, W.largestFree(laneFor(K)));
  return Largest;
}

void LayoutPolicy::shrink(Window &W, Allocation &A, SegmentKind K,
                          size_t Used) {
  AddressRange Usable = usable(A, K), Has = owned(A, K);
  assert(parts(A)[K].Rights == State::Writable && Used <= Usable.size() &&
         "nothing to shrink");
  AddressRange Unused{Used ? alignTo(Usable.Begin + Used, Align(W.granule()))
                           : Has.Begin,
                      Has.End};
  own(A, K, {Has.Begin, Unused.Begin});
  giveBackPart(W, A, Unused, State::Writable);
}

void LayoutPolicy::release(Window &W, Allocation &A) {
  for (SegmentKind K : AllSegmentKinds) {
    const Part &P = parts(A)[K];
    if (P)
      giveBackPart(W, A, owned(A, K), P.Rights);
    own(A, K, {});
  }
}

// The count cannot change here: a fork waits for the arena's lock.
void LayoutPolicy::giveBackPart(Window &W, const Allocation &A, AddressRange R,
                                State Rights) {
  if (forksBefore(A) == forkCount() || !W.giveFrozen(R))
    giveBack(W, R, Rights);
}

void LayoutPolicy::giveBack(Window &W, AddressRange R, State Rights) {
  if (Rights == State::Writable)
    W.give(R);
  else
    W.giveProtected(R);
}

} // namespace jitslab
