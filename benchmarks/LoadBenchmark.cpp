//===- LoadBenchmark.cpp - Objects one by one -----------------------------===//
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

static void loadOneByOne(const Manager &M, const InputObject &O, size_t N,
                         size_t WarmUp, Probe &P) {
  Linkers *L = makeLinkers(M, 1, P);
  if (!L)
    return;
  Linker &Only = *L->front();
  Only.makeSlots(WarmUp + N);
  if (P.failed(loadMany(Only, O, 0, WarmUp)))
    return;
  P.start();
  Error Err = loadMany(Only, O, WarmUp, N);
  P.stop();
  if (!P.failed(std::move(Err)))
    P.reportPer("object", N);
}

static Error loadRealObjects(Linker &L, size_t First, size_t Rounds) {
  for (size_t I = 0; I != Rounds; ++I)
    for (const InputObject &O : realObjects())
      if (Error Err = L.load(O, First++))
        return Err;
  return Error::success();
}

static void loadReal(const Manager &M, size_t Rounds, Probe &P) {
  Linkers *L = makeLinkers(M, 1, P);
  if (!L)
    return;
  Linker &Only = *L->front();
  size_t PerRound = realObjects().size();
  Only.makeSlots((Rounds + 1) * PerRound);
  if (P.failed(loadRealObjects(Only, 0, 1)))
    return;
  P.start();
  Error Err = loadRealObjects(Only, PerRound, Rounds);
  P.stop();
  if (!P.failed(std::move(Err)))
    P.reportPer("object", Rounds * PerRound);
}

void registerLoad(const Manager &M, const Sizes &S) {
  for (size_t N : S.Objects)
    registerMeasure(
        M.fullName() + "/" + std::to_string(N),
        [=](Probe &P) { loadOneByOne(M, tinyObject(), N, WarmUpObjects, P); },
        N);
  if (size_t PerRound = realObjects().size())
    registerMeasure(
        "Mix/" + M.fullName() + "/" + std::to_string(PerRound * S.RealRounds),
        [M, Rounds = S.RealRounds](Probe &P) { loadReal(M, Rounds, P); },
        PerRound * S.RealRounds);
  registerMeasure(
      "Large/" + M.fullName() + "/" + std::to_string(S.LargeObjects),
      [M, N = S.LargeObjects](Probe &P) {
        loadOneByOne(M, largeObject(), N, /*WarmUp=*/1, P);
      },
      S.LargeObjects);
}

} // namespace jitslab::bench
