//===- ThrowBenchmark.cpp - Exceptions with many objects loaded -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// Throw: what an exception costs that passes one loaded frame, the first one
/// after many objects were loaded and later ones; what it costs after each
/// further object; and what one costs that meets no loaded frame at all.
/// Free: what freeing an object costs, in different orders.
///
//===----------------------------------------------------------------------===//

#include "Measurements.h"
#include "Register.h"
#include <algorithm>
#include <numeric>
#include <random>

using namespace llvm;

namespace jitslab::bench {

using Clock = std::chrono::steady_clock;

static double microsecondsSince(Clock::time_point Start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - Start)
      .count();
}

static void throwNow() { throw 1; }

/// What it takes that \p Call, which is given a function that throws, ends with
/// an exception.
template <typename Fn> static double timeThrow(Fn Call) {
  auto Start = Clock::now();
  try {
    Call(throwNow);
  } catch (int) {
  }
  return microsecondsSince(Start);
}

static constexpr size_t Throws = 101;

template <typename Fn> static double medianThrow(Fn Call) {
  std::vector<double> Times;
  for (size_t I = 0; I != Throws; ++I)
    Times.push_back(timeThrow(Call));
  return median(std::move(Times));
}

static double medianHostThrow() {
  // Not inlined: an exception passes one frame here too.
  void (*volatile Call)(void (*)()) = [](void (*F)()) { F(); };
  return medianThrow([&](void (*F)()) { Call(F); });
}

/// \returns null when \p M cannot hold so many.
static Linker *loadForThrows(const Manager &M, size_t Objects, Probe &P) {
  Linkers *L = makeLinkers(M, 1, P);
  if (!L)
    return nullptr;
  Linker &Only = *L->front();
  Only.registerFrames();
  Only.makeSlots(Objects + Throws + 1);
  if (Error Err = loadMany(Only, tinyObject(), 0, Objects)) {
    P.R.remark("stopped: " + toString(std::move(Err)));
    return nullptr;
  }
  return &Only;
}

static void measureThrows(const Manager &M, size_t Objects, Probe &P) {
  Linker *L = loadForThrows(M, Objects - 1, P);
  if (!L || P.failed(L->load(relayObject(), Objects - 1)))
    return;
  auto *Relay = reinterpret_cast<void (*)(void (*)())>(L->entry(Objects - 1));
  P.R.set("us_first", timeThrow(Relay));
  double Later = medianThrow(Relay);
  P.R.set("us_later", Later);
  P.R.set("us_host", medianHostThrow());
  std::vector<double> AfterLoads;
  for (size_t I = 0; I != Throws; ++I) {
    if (P.failed(L->load(tinyObject(), Objects + I)))
      return;
    AfterLoads.push_back(timeThrow(Relay));
  }
  P.R.set("us_after_load",
          std::accumulate(AfterLoads.begin(), AfterLoads.end(), 0.0) / Throws);
  P.R.Seconds = Later / 1e6;
}

static void measureFrees(const Manager &M, size_t Objects, StringRef Order,
                         Probe &P) {
  Linker *L = loadForThrows(M, Objects, P);
  if (!L)
    return;
  std::vector<size_t> Slots(Objects);
  std::iota(Slots.begin(), Slots.end(), 0);
  if (Order == "lifo")
    std::reverse(Slots.begin(), Slots.end());
  if (Order == "random")
    std::shuffle(Slots.begin(), Slots.end(), std::mt19937(1));
  // So that the unwinder has seen them.
  timeThrow([](void (*F)()) { F(); });
  P.start();
  for (size_t Slot : Slots)
    if (P.failed(L->unload(Slot)))
      return;
  P.stop();
  P.reportPer("object", Objects);
}

void registerThrow(const Manager &M, const Sizes &S) {
  for (size_t N : S.ThrowObjects)
    registerMeasure("Throw/" + M.fullName() + "/" + std::to_string(N),
                    [M, N](Probe &P) { measureThrows(M, N, P); });
  for (size_t N : S.FreeObjects)
    for (const char *Order : {"fifo", "lifo", "random"})
      registerMeasure(
          "Free/" + M.fullName() + "/" + Order + "/" + std::to_string(N),
          [M, N, Order](Probe &P) { measureFrees(M, N, Order, P); });
}

void registerThrowOfHost() {
  registerMeasure("Throw/nothing-loaded", [](Probe &P) {
    timeThrow([](void (*F)()) { F(); });
    double Later = medianHostThrow();
    P.R.set("us_host", Later);
    P.R.Seconds = Later / 1e6;
  });
}

} // namespace jitslab::bench
