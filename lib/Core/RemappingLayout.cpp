//===- RemappingLayout.cpp - W^X by changing access rights ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemappingLayout.h"
#include "../Platform/CodeMemory.h"
#include "SealBatch.h"
#include <cassert>

using namespace llvm;

namespace jitslab {

// RWData ends as it began.
static constexpr std::array<std::pair<SegmentKind, Access>, 2> FinalRights = {
    {{SegmentKind::Code, Access::ReadExecute},
     {SegmentKind::ROData, Access::ReadOnly}}};

std::error_code RemappingLayout::seal(ArrayRef<Allocation *> Allocations) {
  SealBatch Batch;
  for (Allocation *A : Allocations)
    for (auto [Kind, Rights] : FinalRights) {
      Part &P = parts(*A)[Kind];
      if (P.Rights == State::Sealed)
        continue;
      Batch.add({P.Begin, P.End}, Rights);
      P.Rights = State::Changing;
    }
  if (std::error_code EC = Batch.apply(VM))
    return EC;
  for (Allocation *A : Allocations) {
    for (auto [Kind, Rights] : FinalRights)
      parts(*A)[Kind].Rights = State::Sealed;
    if (const Part &Code = parts(*A)[SegmentKind::Code])
      synchronizeInstructions(Code.executor(), Code.usable());
  }
  return {};
}

void RemappingLayout::assign(Allocation &A, SegmentKind K,
                             const SegmentFootprint &F, AddressRange Pages) {
  Part &P = parts(A)[K];
  P.Begin = Pages.Begin;
  P.End = Pages.End;
  P.Offset = uint32_t(Colours[K].next(F.Size, Pages.size(), F.Align));
}

AddressRange RemappingLayout::cutOff(Part &P, size_t Used) {
  assert(P.Rights == State::Writable && Used <= P.usable() &&
         "nothing to shrink");
  AddressRange Unused{
      Used ? alignTo(P.executor() + Used, VM.pageSize()) : P.Begin, P.End};
  P.End = Unused.Begin;
  if (!Used)
    P = Part();
  return Unused;
}

} // namespace jitslab
