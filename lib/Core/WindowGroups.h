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

namespace jitslab {

/// Further windows of an arena, which serve one group of objects each as long
/// as it has any. Costs nothing where there is no group. Not thread-safe: the
/// arena's lock protects it.
class WindowGroups {
public:
  WindowGroups(VirtualMemory &VM, LayoutPolicy &Policy, const ArenaOptions &O)
      : VM(VM), Policy(Policy), Options(O) {}

  /// \returns the windows of the group that \p Key stands for: for a new one
  /// those of a group that is gone, or none. Valid until the next call.
  /// Windows of other groups that are gone go where \p MayDrop.
  WindowSet &of(const void *Key, bool MayDrop = true);

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
  /// Sets of windows do not move: their windows refer to them.
  llvm::MapVector<const void *, std::unique_ptr<WindowSet>> Groups;
};

} // namespace jitslab

#endif // JITSLAB_CORE_WINDOWGROUPS_H
