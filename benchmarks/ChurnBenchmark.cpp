//===- ChurnBenchmark.cpp - Load and remove -------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Measurements.h"
#include "Register.h"
#include <atomic>
#include <optional>
#include <random>
#include <thread>

using namespace llvm;

namespace jitslab::bench {

static Error replaceMany(Linker &L, size_t Live, size_t Steps,
                         std::mt19937 &Random) {
  for (size_t I = 0; I != Steps; ++I) {
    size_t Slot = Random() % Live;
    if (Error Err = L.unload(Slot))
      return Err;
    if (Error Err = L.load(tinyObject(), Slot))
      return Err;
  }
  return Error::success();
}

/// Calls what was loaded into a slot, until the end of its scope.
class Runner {
public:
  explicit Runner(uintptr_t Entry)
      : Thread([this, Function = reinterpret_cast<int (*)()>(Entry)] {
          while (!Stops.load(std::memory_order_relaxed))
            Function();
        }) {}
  ~Runner() {
    Stops = true;
    Thread.join();
  }

private:
  std::atomic<bool> Stops{false};
  std::thread Thread;
};

/// Unloads one of many live objects and loads another one, again and again.
/// With \p Running, while another thread runs code that stays: what other
/// threads may have fetched costs something then.
static void churn(const Manager &M, bool Running, size_t Live, size_t Steps,
                  Probe &P) {
  Linkers *L = makeLinkers(M, 1, P);
  if (!L)
    return;
  Linker &Only = *L->front();
  Only.makeSlots(Live + Running);
  std::mt19937 Random(1);
  if (P.failed(loadMany(Only, tinyObject(), 0, Live + Running)))
    return;
  std::optional<Runner> Other;
  if (Running)
    Other.emplace(Only.entry(Live));
  if (P.failed(replaceMany(Only, Live, Live, Random)))
    return;
  P.start();
  Error Err = replaceMany(Only, Live, Steps, Random);
  P.stop();
  if (!P.failed(std::move(Err)))
    P.reportPer("object", Steps);
}

void registerChurn(const Manager &M, const Sizes &S) {
  registerMeasure(
      "Churn/" + M.fullName() + "/" + std::to_string(S.ChurnLive),
      [M, Live = S.ChurnLive, Steps = S.ChurnSteps](Probe &P) {
        churn(M, /*Running=*/false, Live, Steps, P);
      },
      S.ChurnSteps);
  registerMeasure("ChurnRunning/" + M.fullName() + "/" +
                      std::to_string(S.ChurnLive),
                  [M, Live = S.ChurnLive, Steps = S.ChurnSteps](Probe &P) {
                    churn(M, /*Running=*/true, Live, Steps, P);
                  });
}

} // namespace jitslab::bench
