//===- WindowMemory.h - Memory whose windows can be seen --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_WINDOWMEMORY_H
#define JITSLAB_UNITTESTS_WINDOWMEMORY_H

#include "Platform/AddressSpace.h"
#include "Support/TestMemory.h"
#include <vector>

namespace jitslab {

/// TestMemory that knows where the windows lie. Not thread-safe.
class WindowMemory : public TestMemory {
public:
  /// The usable parts of all windows that were not released.
  std::vector<AddressRange> Windows;
  /// How many windows were asked for.
  size_t WindowsTried = 0;
  /// Guard bytes of the last reservation.
  size_t Guard = 0;

  llvm::ErrorOr<uintptr_t> reserve(const ReservationRequest &R) override {
    llvm::ErrorOr<uintptr_t> Start = TestMemory::reserve(R);
    // The others are writer views of Layout::Dense, or no windows: those have
    // guards.
    if (R.Unpredictable || !R.Guard)
      return Start;
    ++WindowsTried;
    if (Start) {
      Windows.push_back({*Start, *Start + R.Size});
      Guard = R.Guard;
    }
    return Start;
  }
  std::error_code release(uintptr_t Start, size_t Size, size_t G) override {
    for (size_t I = 0; I != Windows.size(); ++I)
      if (Windows[I].Begin == Start && Windows[I].size() == Size) {
        Windows.erase(Windows.begin() + I);
        break;
      }
    return TestMemory::release(Start, Size, G);
  }

  /// The index of the window that has \p Bytes from \p Address on, -1 if none.
  int windowOf(uintptr_t Address, size_t Bytes) const {
    for (size_t I = 0; I != Windows.size(); ++I)
      if (Address >= Windows[I].Begin && Address + Bytes <= Windows[I].End)
        return int(I);
    return -1;
  }
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_WINDOWMEMORY_H
