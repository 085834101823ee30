//===- AddressSpaceAdversary.h - Forces mappings apart ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_ADDRESSSPACEADVERSARY_H
#define JITSLAB_TOOLS_ADDRESSSPACEADVERSARY_H

#include "Platform/AddressSpace.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

namespace jitslab {

/// Occupies all free address space around an address, so that whatever the
/// process maps next lies far away from it: the situation in which the memory
/// managers of LLVM lose relocation range, made certain instead of rare.
/// The occupied addresses are inaccessible and cost no memory.
class AddressSpaceAdversary {
public:
  /// More than ADRP spans (4 GiB), and half as much again.
  static constexpr size_t DefaultRadius = size_t(6) << 30;

  AddressSpaceAdversary() = default;
  AddressSpaceAdversary(const AddressSpaceAdversary &) = delete;
  AddressSpaceAdversary &operator=(const AddressSpaceAdversary &) = delete;
  /// Frees what it occupies.
  ~AddressSpaceAdversary();

  /// Occupies what is free within \p Radius bytes around \p Centre. May be
  /// called for several centres. Calls \p OnProgress with the bytes occupied so
  /// far, now and then. Fails with the system's errno.
  llvm::Error occupy(
      uintptr_t Centre, size_t Radius = DefaultRadius,
      llvm::function_ref<void(size_t)> OnProgress = [](size_t) {});

  /// Bytes of address space that it occupies.
  size_t occupiedBytes() const { return Bytes; }

private:
  llvm::Error occupyGap(AddressRange Gap,
                        llvm::function_ref<void(size_t)> OnProgress);

  llvm::SmallVector<AddressRange, 0> Occupied;
  size_t Bytes = 0;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_ADDRESSSPACEADVERSARY_H
