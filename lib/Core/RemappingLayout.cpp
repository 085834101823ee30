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
      if (!P || P.Rights == State::Sealed)
        continue;
      Batch.add(owned(*A, Kind), Rights);
      P.Rights = State::Changing;
    }
  if (std::error_code EC = Batch.apply(VM))
    return EC;
  for (Allocation *A : Allocations) {
    for (auto [Kind, Rights] : FinalRights)
      if (Part &P = parts(*A)[Kind])
        P.Rights = State::Sealed;
    if (parts(*A)[SegmentKind::Code])
      synchronizeInstructions(usable(*A, SegmentKind::Code));
  }
  return {};
}

void RemappingLayout::assign(Allocation &A, SegmentKind K,
                             const SegmentFootprint &F, AddressRange Pages) {
  own(A, K, Pages);
  parts(A)[K].Offset = uint16_t(Colours[K].next(F.Size, Pages.size(), F.Align));
}

AddressRange RemappingLayout::cutOff(Allocation &A, SegmentKind K,
                                     size_t Used) {
  assert(parts(A)[K].Rights == State::Writable && Used <= usable(A, K).size() &&
         "nothing to shrink");
  AddressRange Has = owned(A, K);
  AddressRange Unused{Used ? alignTo(usable(A, K).Begin + Used, VM.pageSize())
                           : Has.Begin,
                      Has.End};
  own(A, K, {Has.Begin, Unused.Begin});
  return Unused;
}

} // namespace jitslab
