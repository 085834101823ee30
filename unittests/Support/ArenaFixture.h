//===- ArenaFixture.h - Arenas whose windows can be seen --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_ARENAFIXTURE_H
#define JITSLAB_UNITTESTS_ARENAFIXTURE_H

#include "Support/Layouts.h"
#include "Support/WindowMemory.h"
#include "jitslab/Arena.h"

namespace jitslab {

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
