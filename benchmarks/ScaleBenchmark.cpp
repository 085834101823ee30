//===- ScaleBenchmark.cpp - From the 1,000th to the last object -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Measurements.h"
#include "Register.h"
#include "llvm/Support/ErrorHandling.h"
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <unistd.h>

using namespace llvm;

namespace jitslab::bench {

namespace {

/// Loads objects until one cannot be loaded, which is a result here: LLVM's
/// managers use up vm.max_map_count.
class Scale {
public:
  Scale(Linker &L, Probe &P) : L(L), R(P.R) {
    VMAsOfOne = VMAsNow();
    // RuntimeDyld aborts when a manager has no memory for a section; and with
    // all mappings used up, the heap cannot grow either.
    install_fatal_error_handler(endHere, this);
    install_bad_alloc_error_handler(endHere, this);
  }
  ~Scale() {
    remove_fatal_error_handler();
    remove_bad_alloc_error_handler();
  }

  /// Loads up to object \p End. \returns the microseconds of one, or 0 when it
  /// had to stop: the median of chunks, because a process that runs for seconds
  /// is interrupted now and then.
  double loadUpTo(size_t End) {
    std::vector<double> Chunks;
    while (Next < End) {
      size_t N = std::min(ChunkSize, End - Next);
      auto Start = std::chrono::steady_clock::now();
      for (size_t I = 0; I != N; ++I, ++Next)
        if (Error Err = L.load(tinyObject(), Next)) {
          stopped("stopped", toString(std::move(Err)).c_str());
          return 0;
        }
      std::chrono::duration<double, std::micro> Time =
          std::chrono::steady_clock::now() - Start;
      Chunks.push_back(Time.count() / double(N));
    }
    return median(std::move(Chunks));
  }

  void reportVMAs() {
    R.set("vmas_added", double(VMAsNow()) - double(VMAsOfOne));
  }

private:
  static constexpr size_t ChunkSize = 100;

  static size_t VMAsNow() { return ProcessMemory::now().VMAs; }

  static void endHere(void *Self, const char *Why, bool) {
    static_cast<Scale *>(Self)->stopped("died", Why);
    _exit(0);
  }

  // May not allocate: there may be nothing left to be allocated.
  void stopped(const char *How, const char *Why) {
    std::array<char, 200> Text;
    snprintf(Text.data(), Text.size(), "%s: %s", How, Why);
    R.remark(Text.data());
    R.set("stopped_at_object", double(Next + 1));
    reportVMAs();
  }

  Linker &L;
  Report &R;
  /// One object is loaded already.
  size_t Next = 1;
  size_t VMAsOfOne;
};

} // namespace

static void scale(const Manager &M, size_t Objects, Probe &P) {
  Linkers *L = makeLinkers(M, 1, P);
  if (!L)
    return;
  Linker &Only = *L->front();
  Only.makeSlots(Objects);
  if (P.failed(Only.load(tinyObject(), 0)))
    return;
  // The thousand from the 1,000th object on against the last thousand.
  Scale S(Only, P);
  size_t Thousand = std::min<size_t>(1000, Objects / 4);
  if (!S.loadUpTo(Thousand))
    return;
  double Early = S.loadUpTo(2 * Thousand);
  if (!Early)
    return;
  P.R.set("us_early", Early);
  P.R.Seconds = Early / 1e6;
  if (!S.loadUpTo(Objects - Thousand))
    return;
  double Late = S.loadUpTo(Objects);
  if (!Late)
    return;
  P.R.Seconds = Late / 1e6;
  P.R.set("us_late", Late);
  P.R.set("late_over_early", Late / Early);
  S.reportVMAs();
}

void registerScale(const Manager &M, const Sizes &S) {
  registerMeasure("Scale/" + M.fullName() + "/" +
                      std::to_string(S.ScaleObjects),
                  [M, N = S.ScaleObjects](Probe &P) { scale(M, N, P); });
}

} // namespace jitslab::bench
