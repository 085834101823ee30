//===- Measurements.cpp - What is measured --------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Measurements.h"
#include <algorithm>

using namespace llvm;

namespace jitslab::bench {

Sizes Sizes::smoke() {
  Sizes S;
  S.Objects = {20};
  S.Functions = {50};
  S.ManyFunctions = 500;
  S.Passes = 2;
  S.RealRounds = 1;
  S.LargeObjects = 1;
  S.Batch = 10;
  S.Batches = 2;
  S.EngineModules = 20;
  S.Engines = 1;
  S.ChurnLive = 10;
  S.ChurnSteps = 50;
  S.ThreadObjects = 100;
  S.ScaleObjects = 2000;
  S.ThrowObjects = {500};
  S.FreeObjects = {500};
  S.CoreAllocations = 2000;
  S.WaitCode = S.WaitData = size_t(1) << 20;
  S.WaitTimes = 1;
  S.RemoteObjects = {100};
  S.RemoteScaleObjects = 200;
  S.RemoteLargeObjects = 1;
  S.RemoteLargeSize = size_t(1) << 20;
  return S;
}

double median(std::vector<double> Values) {
  const auto Middle = Values.begin() + Values.size() / 2;
  std::nth_element(Values.begin(), Middle, Values.end());
  return *Middle;
}

Linkers *makeLinkers(const Manager &M, size_t Threads, Probe &P) {
  Expected<Linkers> L = M.Make(Threads);
  if (!L) {
    P.failed(L.takeError());
    return nullptr;
  }
  return new Linkers(std::move(*L));
}

Error loadMany(Linker &L, const InputObject &O, size_t First, size_t N) {
  for (size_t I = First; I != First + N; ++I)
    if (Error Err = L.load(O, I))
      return Err;
  return Error::success();
}

} // namespace jitslab::bench
