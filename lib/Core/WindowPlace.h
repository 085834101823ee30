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
#include "llvm/Support/Error.h"

namespace jitslab {

/// The address space of a window.
struct WindowPlace {
  Reservation Space;
  /// All of it is within reach of the address asked for.
  bool IsNear;
};

/// Reserves \p Size bytes, whole slabs, near \p Near when that is not 0 and
/// there is room; elsewhere otherwise.
llvm::Expected<WindowPlace> reserveWindow(VirtualMemory &VM, size_t Size,
                                          uintptr_t Near);

} // namespace jitslab

#endif // JITSLAB_CORE_WINDOWPLACE_H
