//===- Register.cpp - Measurements as benchmarks --------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Register.h"
#include <benchmark/benchmark.h>

namespace jitslab::bench {

static bool Failed;

static void addCounters(benchmark::State &State, const Report &R) {
  for (const Report::Counter &C : R)
    State.counters[C.Name.data()] = C.Value;
}

void registerMeasure(const std::string &Name, Measure M, size_t TracedObjects) {
  auto Run = [M = std::move(M), TracedObjects](benchmark::State &State) {
    for (auto _ : State) {
      Report R = runInChild(M);
      if (*R.failure()) {
        Failed = true;
        State.SkipWithError(R.failure());
        return;
      }
      State.SetIterationTime(R.Seconds);
      State.SetLabel(R.remark());
      addCounters(State, R);
    }
    if (TracedObjects)
      addCounters(State, countSystemCalls(M, TracedObjects));
  };
  benchmark::RegisterBenchmark(Name.c_str(), Run)
      ->UseManualTime()
      ->Iterations(1)
      ->Unit(benchmark::kMicrosecond);
}

bool anyFailed() { return Failed; }

} // namespace jitslab::bench
