//===- ExecutorWindow.h - A window of a controller's ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_EXECUTOR_EXECUTORWINDOW_H
#define JITSLAB_EXECUTOR_EXECUTORWINDOW_H

#include "../Core/LaneBackings.h"
#include "../Remote/Wire.h"
#include "jitslab/Arena.h"

namespace jitslab {

/// A range of addresses of this process, as messages have it.
inline AddressRange local(wire::ExecutorAddrRange R) {
  return {uintptr_t(R.Start.getValue()), uintptr_t(R.End.getValue())};
}

/// A window of this process in which a controller places objects. All ranges
/// come from the controller, and are looked at. Not thread-safe.
class ExecutorWindow {
public:
  /// Reserves \p Size bytes, near this process's libraries if there is room.
  /// \p SharesMemory: the controller writes the memory, which comes from it.
  static llvm::Expected<ExecutorWindow> create(size_t Size, bool SharesMemory);

  AddressRange range() const { return Space.range(); }

  /// Puts memory behind slabs: that of \p File, or this process's if it is
  /// null.
  std::error_code map(AddressRange R, Lane L, const SharedMemory *File);
  std::error_code unmap(AddressRange R);

  /// True when all of \p R, not empty, is mapped for \p L.
  bool isMappedFor(Lane L, AddressRange R) const;

  /// Where this process has the memory: writes, and fills with traps.
  /// outOfPlace where \p W does not lie in slabs of one use.
  std::error_code write(const wire::Write &W);
  /// Passes over what is no code any more.
  void fillWithTraps(AddressRange R);

private:
  ExecutorWindow(Reservation Space, std::optional<LaneBackings> Own);

  bool holds(AddressRange R) const {
    return R.Begin < R.End && R.Begin >= range().Begin && R.End <= range().End;
  }
  size_t slabOf(uintptr_t Address) const {
    return (Address - range().Begin) / SlabSize;
  }
  Lane laneAt(uintptr_t Address) const { return Lanes[slabOf(Address)]; }
  std::error_code clear(AddressRange Slabs);

  VirtualMemory &VM = VirtualMemory::system();
  Reservation Space;
  llvm::SmallVector<Lane, 0> Lanes;
  /// What is behind the slabs if this process has the memory.
  std::optional<LaneBackings> Own;
};

} // namespace jitslab

#endif // JITSLAB_EXECUTOR_EXECUTORWINDOW_H
