//===- WindowPlace.h - Where a window lies ----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_WINDOWPLACE_H
#define JITSLAB_CORE_WINDOWPLACE_H

#include "Reservation.h"
#include "SlabTable.h"
#include "jitslab/Arena.h"
#include "llvm/Support/Error.h"

namespace jitslab {

/// Where the windows of an arena are to lie.
struct WindowGoal {
  /// Windows are to be within reach of all of it; empty: of nothing.
  AddressRange Around = {};
  /// It is where the process's libraries are, and not what the host asked for.
  bool IsHost = false;
  /// Windows have to lie below it, near or not; 0: anywhere.
  uintptr_t Below = 0;
  /// \returns what \p O asks for; with neither an address nor a size, a place
  /// near the process's libraries. Waits for forks and the loader: not for who
  /// has an arena's lock.
  static WindowGoal of(const ArenaOptions &O);

  /// Windows are to be near something.
  bool isNear() const { return Around.End != 0; }
  /// \returns what is to be reserved for a window of \p Size bytes there.
  ReservationRequest request(size_t Size) const;
  /// \returns the same for one that cannot be near.
  ReservationRequest elsewhere(size_t Size) const;
};

/// \returns the least bound that windows of \p Size bytes, whole slabs, can lie
/// below, wherever the kernel lets mappings begin that nobody has raised.
uintptr_t leastBound(const VirtualMemory &VM, size_t Size);

/// The address space of a window.
struct WindowPlace {
  Reservation Space;
  /// All of it is within reach of the address that the host asked for.
  bool IsNear;
  /// Code lies at the end that is nearest to what it is to reach.
  LaneOrigins Origins;
};

/// Reserves \p Size bytes, whole slabs, where \p Goal wants them. Where there
/// is no room it fails if \p Elsewhere is false, and otherwise reserves them
/// elsewhere below the goal's bound; near the process's libraries it does not
/// look then.
llvm::Expected<WindowPlace> reserveWindow(VirtualMemory &VM, size_t Size,
                                          const WindowGoal &Goal,
                                          bool Elsewhere);

} // namespace jitslab

#endif // JITSLAB_CORE_WINDOWPLACE_H
