//===- WindowSet.h - The windows of an arena --------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_WINDOWSET_H
#define JITSLAB_CORE_WINDOWSET_H

#include "RoomIndex.h"
#include "Window.h"
#include "jitslab/Arena.h"
#include "llvm/ADT/STLExtras.h"
#include <memory>
#include <vector>

namespace jitslab {

class LayoutPolicy;

/// Makes a window of \p Size bytes for \p Policy, which it does not need
/// afterwards; see reserveWindow.
llvm::Expected<std::unique_ptr<Window>>
createWindow(VirtualMemory &VM, LayoutPolicy &Policy, bool HugePages,
             size_t Size, const WindowGoal &Goal = {}, bool Elsewhere = true);

/// The windows of an arena, oldest first. Not thread-safe: the arena's lock
/// protects it.
class WindowSet {
public:
  /// \p Goal: what \p O asks for.
  WindowSet(VirtualMemory &VM, LayoutPolicy &Policy, const ArenaOptions &O,
            const WindowGoal &Goal);

  /// Adds a window of the usual size, or of \p NeededBytes if that is more.
  /// Where the size is left to this library, it is a share of what is free near
  /// the process's libraries; where that is nothing, and elsewhere, the usual
  /// size is what the first window there decides, and no more than a share of
  /// what is free below a bound. What the system refuses is halved.
  llvm::Error add(size_t NeededBytes);
  void removeNewest();

  size_t size() const { return Windows.size(); }
  Window &operator[](size_t I) const { return *Windows[I]; }
  Window &oldest() const { return *Windows.front(); }
  Window &newest() const { return *Windows.back(); }
  auto begin() const { return llvm::make_pointee_range(Windows).begin(); }
  auto end() const { return llvm::make_pointee_range(Windows).end(); }

  /// The first window from number \p From on that is not known to have no room
  /// for a new object that needs \p Least; size() if there is none.
  size_t next(size_t From, const LaneBytes &Least) const {
    return Index.next(From, Least);
  }

  /// Moves windows that no allocation uses to \p Out, but for \p Keep windows
  /// in all. They are retired: the lock is not needed to destroy them.
  void takeUnused(std::vector<std::unique_ptr<Window>> &Out, size_t Keep = 1);

  /// True when an allocation uses one of them.
  bool hasUsers() const {
    return llvm::any_of(*this, [](const Window &W) { return W.hasUsers(); });
  }

  /// Checks all windows, and that there are \p Least of them.
  bool verify(size_t Least = 1) const;

private:
  /// Adds a window of \p Size bytes, or less but at least \p Floor.
  llvm::Error add(size_t Size, size_t Floor, bool Elsewhere);

  VirtualMemory &VM;
  LayoutPolicy &Policy;
  const WindowGoal Goal;
  const bool HugePages;
  /// See add.
  size_t UsualSize;
  const size_t ShareOfBound;
  /// The size was left to this library: a smaller window will do.
  const bool MayHalve;
  std::vector<std::unique_ptr<Window>> Windows;
  /// What windows refuse. They tell it themselves.
  RoomIndex Index;
};

} // namespace jitslab

#endif // JITSLAB_CORE_WINDOWSET_H
