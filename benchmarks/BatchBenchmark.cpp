//===- BatchBenchmark.cpp - Objects finalized together --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Measurements.h"
#include "Register.h"

using namespace llvm;

namespace jitslab::bench {

static Error loadBatches(Linker &L, size_t Batch, size_t First, size_t N) {
  for (size_t I = First; I != First + N; ++I)
    if (Error Err = L.loadTogether(tinyObject(), Batch, I))
      return Err;
  return Error::success();
}

static void batch(const Manager &M, size_t Batch, size_t Batches, Probe &P) {
  Linkers *L = makeLinkers(M, 1, P);
  if (!L)
    return;
  Linker &Only = *L->front();
  Only.makeSlots(1 + Batches);
  if (P.failed(loadBatches(Only, Batch, 0, 1)))
    return;
  P.start();
  Error Err = loadBatches(Only, Batch, 1, Batches);
  P.stop();
  if (!P.failed(std::move(Err)))
    P.reportPer("object", Batch * Batches);
}

void registerBatch(const Manager &M, const Sizes &S) {
  registerMeasure(
      "Batch/" + M.fullName() + "/" + std::to_string(S.Batch),
      [M, Batch = S.Batch, Batches = S.Batches](Probe &P) {
        batch(M, Batch, Batches, P);
      },
      S.Batch * S.Batches);
}

} // namespace jitslab::bench
