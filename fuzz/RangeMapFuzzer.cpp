//===- RangeMapFuzzer.cpp - Any operations on a RangeMap ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A libFuzzer target: any operations on a RangeMap, against a naive one. The
/// first bytes choose the size of granules and where they begin.
///
//===----------------------------------------------------------------------===//

#include "ByteSource.h"
#include "Model/RangeMapModel.h"

using namespace jitslab;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  // Tags lie in tables for a slab each: from one granule a table to more than
  // the model has.
  constexpr size_t Granules[] = {64, 4096, SlabSize / 8, SlabSize};
  ByteSource Source(Data, Size);
  size_t Granule = Granules[Source.below(std::size(Granules))];
  uintptr_t Base = Granule * Source.below(16);
  RangeMapModel M(Base, Granule, /*Units=*/400, Source);
  runModel(M, Source);
  return 0;
}
