//===- WindowGroups.h - Windows of one group of objects each ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_WINDOWGROUPS_H
#define JITSLAB_CORE_WINDOWGROUPS_H

#include "WindowSet.h"
#include "llvm/ADT/MapVector.h"
#include <memory>
#include <utility>

namespace jitslab {

/// Further windows of an arena, which serve one group of objects each as long
/// as it has any. Costs nothing where there is no group. Not thread-safe: the
/// arena's lock protects it.
class WindowGroups {
public:
  WindowGroups(VirtualMemory &VM, LayoutPolicy &Policy, const ArenaOptions &O,
               const WindowGoal &Goal)
      : VM(VM), Policy(Policy), Options(O), Goal(Goal) {}

  /// \returns the windows of the group that \p Key stands for: for a new one
  /// those of a group that is gone, or none. Valid until the next call.
  /// Windows of other groups that are gone are dropped where \p MayDrop.
  WindowSet &of(const void *Key, bool MayDrop = true);

  /// Windows that were dropped since the last call. They are retired: the lock
  /// is not needed to destroy them.
  std::vector<std::unique_ptr<Window>> takeDropped() {
    return std::exchange(Dropped, {});
  }

  /// See WindowSet.
  void takeUnused(std::vector<std::unique_ptr<Window>> &Out);

  template <typename Function> void forEachWindow(Function Each) const {
    for (const auto &Group : Groups)
      for (Window &W : *Group.second)
        Each(W);
  }

  bool verify() const;

private:
  VirtualMemory &VM;
  LayoutPolicy &Policy;
  const ArenaOptions Options;
  const WindowGoal Goal;
  std::vector<std::unique_ptr<Window>> Dropped;
  /// Sets of windows do not move: their windows refer to them.
  llvm::MapVector<const void *, std::unique_ptr<WindowSet>> Groups;
};

} // namespace jitslab

#endif // JITSLAB_CORE_WINDOWGROUPS_H
