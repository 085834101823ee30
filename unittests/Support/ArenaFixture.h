//===- ArenaFixture.h - Arenas whose windows can be seen --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_ARENAFIXTURE_H
#define JITSLAB_UNITTESTS_ARENAFIXTURE_H

#include "Platform/AddressSpace.h"
#include "Support/Layouts.h"
#include "Support/TestMemory.h"
#include "jitslab/Arena.h"
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
    // The others are writer views of Layout::Dense.
    if (R.Unpredictable)
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

inline size_t pageSize() { return VirtualMemory::system().pageSize(); }

/// A footprint of three sizes in bytes with one alignment.
inline Footprint footprint(size_t Code, size_t ROData, size_t RWData,
                           size_t Align = 16) {
  Footprint F;
  F[SegmentKind::Code] = {Code, Align};
  F[SegmentKind::ROData] = {ROData, Align};
  F[SegmentKind::RWData] = {RWData, Align};
  return F;
}

/// The smallest window, so that few objects fill it.
inline ArenaOptions smallOptions(bool Grow = true) {
  ArenaOptions O;
  O.WindowSize = MinWindowSize;
  O.Grow = Grow;
  return O;
}

inline llvm::Error sealOne(Arena &A, Allocation &Object) {
  Allocation *Objects[] = {&Object};
  return A.seal(Objects);
}

/// True when the numbers of \p S fit together.
inline bool isConsistent(const ArenaStats &S) {
  return S.LiveBytes + S.FreeBytes + S.FrozenBytes == S.CommittedBytes &&
         S.CommittedBytes <= S.ReservedBytes && S.Windows > 0 &&
         S.WindowsNear <= S.Windows;
}

/// True when \p Text has all of \p Parts in it.
inline bool mentions(const std::string &Text,
                     std::initializer_list<std::string> Parts) {
  for (const std::string &Part : Parts)
    if (Text.find(Part) == std::string::npos)
      return false;
  return true;
}

/// The error code of an Expected that has to have failed, none if it has not;
/// its message goes to \p Message.
template <typename T>
std::error_code codeOf(llvm::Expected<T> Value, std::string &Message) {
  std::error_code Code;
  Message = "no error";
  llvm::handleAllErrors(Value.takeError(), [&](llvm::ErrorInfoBase &E) {
    Message = E.message();
    Code = E.convertToErrorCode();
  });
  return Code;
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_ARENAFIXTURE_H
