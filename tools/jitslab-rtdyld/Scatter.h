//===- Scatter.h - Leaves no room near the first object ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_SCATTER_H
#define JITSLAB_TOOLS_RTDYLD_SCATTER_H

#include "AddressSpaceAdversary.h"

namespace jitslab {

/// -scatter: what is loaded after the first object lies far away from it,
/// unless its memory has been reserved.
class Scatter {
public:
  /// A radius of 0 bytes: nothing is occupied.
  explicit Scatter(uint64_t Radius) : Radius(Radius) {}

  bool isWanted() const { return Radius != 0 && !Done; }

  /// Occupies the free address space around \p Address, the first time only.
  /// Says on stderr how far it is if that takes long.
  llvm::Error around(uint64_t Address);

  size_t occupiedBytes() const { return Adversary.occupiedBytes(); }

private:
  const uint64_t Radius;
  bool Done = false;
  AddressSpaceAdversary Adversary;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_SCATTER_H
