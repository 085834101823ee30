//===- Lane.h - What slabs are used for -------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_LANE_H
#define JITSLAB_CORE_LANE_H

#include "../Platform/VirtualMemory.h"
#include "jitslab/Allocation.h"
#include "jitslab/ArenaSnapshot.h"

namespace jitslab {

/// The use of the slabs that a window commits. SlabUse::Untaken is none.
using Lane = SlabUse;

inline constexpr std::array AllLanes = {Lane::Mixed, Lane::Code, Lane::ROData,
                                        Lane::RWData};
inline constexpr size_t NumLanes = AllLanes.size();

/// A table with an entry for each lane.
template <typename T> struct PerLane : std::array<T, NumLanes> {
  using Base = std::array<T, NumLanes>;
  T &operator[](Lane L) { return Base::operator[](size_t(L) - 1); }
  const T &operator[](Lane L) const { return Base::operator[](size_t(L) - 1); }
};

/// The lane of its own that a kind of segment has.
constexpr Lane laneOf(SegmentKind K) {
  switch (K) {
  case SegmentKind::Code:
    return Lane::Code;
  case SegmentKind::ROData:
    return Lane::ROData;
  case SegmentKind::RWData:
    break;
  }
  return Lane::RWData;
}

/// The access rights that memory of \p L ends with. None where its pages have
/// different ones.
constexpr Access finalRights(Lane L) {
  switch (L) {
  case Lane::Code:
    return Access::ReadExecute;
  case Lane::ROData:
    return Access::ReadOnly;
  case Lane::RWData:
    return Access::ReadWrite;
  case Lane::Mixed:
  case Lane::Untaken:
    break;
  }
  return Access::None;
}

/// What private memory of \p L is called in /proc/PID/maps. Null where code may
/// be in it: perf reads that file when it is attached to a process, and takes
/// names of functions from its map files only for memory without a name.
constexpr const char *mappingName(Lane L) {
  switch (L) {
  case Lane::ROData:
    return "jitslab read-only data";
  case Lane::RWData:
    return "jitslab data";
  case Lane::Code:
  case Lane::Mixed:
  case Lane::Untaken:
    break;
  }
  return nullptr;
}

} // namespace jitslab

#endif // JITSLAB_CORE_LANE_H
