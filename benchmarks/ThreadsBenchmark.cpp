//===- ThreadsBenchmark.cpp - Threads load at once ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Measurements.h"
#include "Register.h"
#include <thread>

using namespace llvm;

namespace jitslab::bench {

/// Wall-clock time per object while each thread loads its share into the same
/// arena (or through the same LLVM manager, where that is made for it).
static void loadFromThreads(const Manager &M, size_t NumThreads, size_t Objects,
                            Probe &P) {
  Linkers *L = makeLinkers(M, NumThreads, P);
  if (!L)
    return;
  size_t Each = Objects / NumThreads;
  for (std::unique_ptr<Linker> &One : *L) {
    One->makeSlots(WarmUpObjects + Each);
    if (P.failed(loadMany(*One, tinyObject(), 0, WarmUpObjects)))
      return;
  }
  std::vector<std::string> Errors(NumThreads);
  P.start();
  std::vector<std::thread> Threads;
  for (size_t I = 0; I != NumThreads; ++I)
    Threads.emplace_back([&, I] {
      Errors[I] =
          toString(loadMany(*(*L)[I], tinyObject(), WarmUpObjects, Each));
    });
  for (std::thread &T : Threads)
    T.join();
  P.stop();
  for (const std::string &E : Errors)
    if (!E.empty())
      return P.R.fail(E);
  P.reportPer("object", Each * NumThreads);
}

void registerThreads(const Manager &M, const Sizes &S) {
  for (size_t NumThreads : S.Threads)
    registerMeasure("Threads/" + M.fullName() + "/" +
                        std::to_string(NumThreads),
                    [=, N = S.ThreadObjects](Probe &P) {
                      loadFromThreads(M, NumThreads, N, P);
                    });
}

} // namespace jitslab::bench
