//===- LaneBackings.h - What is behind each lane of a window ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_LANEBACKINGS_H
#define JITSLAB_CORE_LANEBACKINGS_H

#include "PrivateBacking.h"
#include "SharedBacking.h"
#include <memory>

namespace jitslab {

/// The memory behind a window: the layout decides which lane has which.
class LaneBackings {
public:
  /// \p B is behind all lanes.
  explicit LaneBackings(std::unique_ptr<SlabBacking> B) : First(std::move(B)) {
    Behind.fill(First.get());
  }
  /// The same, but for \p SharedLanes.
  LaneBackings(std::unique_ptr<SlabBacking> B, std::unique_ptr<SharedBacking> S,
               std::initializer_list<Lane> SharedLanes)
      : LaneBackings(std::move(B)) {
    Shared = std::move(S);
    for (Lane L : SharedLanes)
      Behind[L] = Shared.get();
  }

  SlabBacking &operator[](Lane L) const { return *Behind[L]; }

  /// What a fork leaves to both processes; null if there is nothing.
  SharedBacking *shared() const { return Shared.get(); }
  bool isShared(Lane L) const { return Shared && Behind[L] == Shared.get(); }

private:
  std::unique_ptr<SlabBacking> First;
  std::unique_ptr<SharedBacking> Shared;
  PerLane<SlabBacking *> Behind;
};

} // namespace jitslab

#endif // JITSLAB_CORE_LANEBACKINGS_H
