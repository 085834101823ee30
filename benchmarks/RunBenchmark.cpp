//===- RunBenchmark.cpp - Calls of loaded functions -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CallChain.h"
#include "Measurements.h"
#include "Register.h"
#include <algorithm>
#include <chrono>
#include <limits>
#include <random>

using namespace llvm;

namespace jitslab::bench {

using Clock = std::chrono::steady_clock;

template <typename Function>
static double bestSeconds(size_t Passes, Function F) {
  Clock::duration Best = Clock::duration::max();
  for (size_t I = 0; I != Passes; ++I) {
    Clock::time_point Start = Clock::now();
    F();
    Best = std::min(Best, Clock::now() - Start);
  }
  return std::chrono::duration<double>(Best).count();
}

/// Best of many passes: placement costs the same in each of them, and what
/// else the machine does only ever adds.
static void run(const Manager &M, size_t N, size_t Passes, bool SharedSite,
                Probe &P) {
  Linkers *L = makeLinkers(M, 1, P);
  if (!L)
    return;
  Linker &Only = *L->front();
  Only.makeSlots(N);
  if (P.failed(loadMany(Only, tinyObject(), 0, N)))
    return;
  std::vector<uintptr_t> Functions;
  for (size_t I = 0; I != N; ++I)
    Functions.push_back(Only.entry(I));
  // Of fixed seed, so that every manager is called in the same order.
  std::shuffle(Functions.begin(), Functions.end(), std::mt19937(1));

  CallChain Chain(Functions);
  if (!Chain || Chain.callFromSharedSite() != long(N) * EntryResult) {
    P.R.fail("the loaded functions do not return what they should");
    return;
  }
  double Seconds = SharedSite
                       ? bestSeconds(Passes,
                                     [&] {
                                       volatile long Sum;
                                       Sum = Chain.callFromSharedSite();
                                       (void)Sum;
                                     })
                       : bestSeconds(Passes, [&] { Chain.callStraightLine(); });
  P.R.Seconds = Seconds / double(N);
  P.R.set("ns_per_call", Seconds * 1e9 / double(N));
}

/// Whether \p M loads Sizes::ManyFunctions in seconds and in megabytes. The
/// others map so much for each object that they meet vm.max_map_count before
/// (the measurement "Scale" shows where), and per-protection, which does not,
/// gives each its own pages: 1.2 GB.
static bool packsObjects(const Manager &M) {
  return M.Name == "dense" || M.Name == "dense-huge" || M.Name == "rwx-floor";
}

void registerRun(const Manager &M, const Sizes &S) {
  for (bool SharedSite : {false, true})
    for (size_t N : S.Functions)
      registerMeasure((SharedSite ? "RunSharedSite/" : "Run/") + M.fullName() +
                          "/" + std::to_string(N),
                      [M, N, Passes = S.Passes, SharedSite](Probe &P) {
                        run(M, N, Passes, SharedSite, P);
                      });
  if (packsObjects(M))
    registerMeasure("RunMany/" + M.fullName() + "/" +
                        std::to_string(S.ManyFunctions),
                    [M, N = S.ManyFunctions, Passes = S.Passes](Probe &P) {
                      run(M, N, Passes, /*SharedSite=*/false, P);
                    });
}

} // namespace jitslab::bench
