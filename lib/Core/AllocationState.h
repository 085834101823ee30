//===- AllocationState.h - What an Allocation holds -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_ALLOCATIONSTATE_H
#define JITSLAB_CORE_ALLOCATIONSTATE_H

#include "jitslab/Allocation.h"
#include <new>
#include <type_traits>

namespace jitslab {

class ArenaImpl;
class Window;

/// What lies in an Allocation's bytes. Small, because a host has as many as
/// objects; and not on the heap, because of what that would add to each.
struct AllocationState {
  /// Changing: a seal failed on the way, so any part of it may have either
  /// access rights; or it was sealed before and is not writable again.
  enum class Rights : uint8_t { Writable, Changing, Sealed };

  struct Part {
    /// What is owned, in whole granules of the layout: bytes from the window's
    /// begin.
    uint32_t Begin = 0, End = 0;
    /// Bytes from Begin to the first usable one; less than a page.
    uint16_t Offset = 0;
    AllocationState::Rights Rights = AllocationState::Rights::Writable;
    /// Code was freed before where this code lies, perhaps.
    bool Reused = false;

    explicit operator bool() const { return Begin != End; }
  };

  ArenaImpl *Owner = nullptr;
  Window *Home = nullptr;
  PerSegment<Part> Parts;
  /// 0 for a further allocation of an object that has one already.
  uint32_t Objects = 0;
  /// How often the process had been forked when this was allocated.
  uint32_t Forks = 0;
  /// What it counts among the mappings of blocks.
  uint16_t Mappings = 0;
  /// Layout::PerObject has put it into lanes, because mappings run short.
  bool InLanes = false;
  /// Large memory is made writable without the arena's lock. Said by each
  /// attempt to allocate it: others may allocate in between.
  bool Postpones = false;

  static AllocationState &of(Allocation &A) {
    return *std::launder(reinterpret_cast<AllocationState *>(A.State));
  }
  static const AllocationState &of(const Allocation &A) {
    return *std::launder(reinterpret_cast<const AllocationState *>(A.State));
  }
};

inline AllocationState &stateOf(Allocation &A) {
  return AllocationState::of(A);
}
inline const AllocationState &stateOf(const Allocation &A) {
  return AllocationState::of(A);
}

static_assert(sizeof(AllocationState) <= sizeof(Allocation) &&
                  alignof(AllocationState) <= alignof(Allocation),
              "an Allocation has no room for its state");
static_assert(std::is_trivially_destructible_v<AllocationState>,
              "nobody destroys it");

} // namespace jitslab

#endif // JITSLAB_CORE_ALLOCATIONSTATE_H
