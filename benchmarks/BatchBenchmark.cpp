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

/// Loads \p Batches times \p Batch objects by means of \p Load, which is one of
/// Linker's functions. The first time is not measured.
static void batch(const Manager &M, decltype(&Linker::loadTogether) Load,
                  size_t Batch, size_t Batches, Probe &P) {
  Linkers *L = makeLinkers(M, 1, P);
  if (!L)
    return;
  Linker &Only = *L->front();
  Only.makeSlots(1 + Batches);
  if (P.failed((Only.*Load)(tinyObject(), Batch, 0)))
    return;
  P.start();
  for (size_t I = 1; I <= Batches; ++I)
    if (P.failed((Only.*Load)(tinyObject(), Batch, I)))
      return;
  P.stop();
  P.reportPer("object", Batch * Batches);
}

static void registerOne(const char *What, const Manager &M,
                        decltype(&Linker::loadTogether) Load, size_t Batch,
                        size_t Batches) {
  registerMeasure(
      std::string(What) + "/" + M.fullName() + "/" + std::to_string(Batch),
      [=](Probe &P) { batch(M, Load, Batch, Batches, P); }, Batch * Batches);
}

void registerBatch(const Manager &M, const Sizes &S) {
  registerOne("Batch", M, &Linker::loadTogether, S.Batch, S.Batches);
  registerOne("Engine", M, &Linker::loadInEngine, S.EngineModules, S.Engines);
}

} // namespace jitslab::bench
