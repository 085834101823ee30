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
  /// What was reserved without guards: outside sections, scratch memory.
  std::vector<AddressRange> Unguarded;
  /// How many windows were asked for.
  size_t WindowsTried = 0;
  /// Guard bytes of the last reservation.
  size_t Guard = 0;

  llvm::ErrorOr<uintptr_t> reserve(const ReservationRequest &R) override {
    llvm::ErrorOr<uintptr_t> Start = TestMemory::reserve(R);
    if (!R.Guard && Start)
      Unguarded.push_back({*Start, *Start + R.Size});
    // Writer views of Layout::Dense are no windows either.
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
    for (std::vector<AddressRange> *Ranges : {&Windows, &Unguarded})
      for (size_t I = 0; I != Ranges->size(); ++I)
        if ((*Ranges)[I].Begin == Start && (*Ranges)[I].size() == Size) {
          Ranges->erase(Ranges->begin() + I);
          break;
        }
    return TestMemory::release(Start, Size, G);
  }

  /// The index of the window that has \p Bytes from \p Address on, -1 if none.
  int windowOf(uintptr_t Address, size_t Bytes) const {
    return indexIn(Windows, Address, Bytes);
  }
  /// True when what was reserved without guards has \p Bytes from \p Address
  /// on.
  bool isUnguarded(uintptr_t Address, size_t Bytes) const {
    return indexIn(Unguarded, Address, Bytes) >= 0;
  }

private:
  static int indexIn(const std::vector<AddressRange> &Ranges, uintptr_t Address,
                     size_t Bytes) {
    for (size_t I = 0; I != Ranges.size(); ++I)
      if (Address >= Ranges[I].Begin && Address + Bytes <= Ranges[I].End)
        return int(I);
    return -1;
  }
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_WINDOWMEMORY_H
