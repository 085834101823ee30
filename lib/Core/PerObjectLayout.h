//===- PerObjectLayout.h - One contiguous block for each object -*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_PEROBJECTLAYOUT_H
#define JITSLAB_CORE_PEROBJECTLAYOUT_H

#include "MappingShare.h"
#include "RemappingLayout.h"

namespace jitslab {

/// Layout::PerObject: an object's code, read-only data and data in one block of
/// whole pages, in this order or mirrored, whichever puts equal access rights
/// next to each other where two objects meet. In lanes where mappings run
/// short.
class PerObjectLayout final : public RemappingLayout {
public:
  explicit PerObjectLayout(VirtualMemory &VM)
      : RemappingLayout(VM), Share(VM) {}

  Lane laneFor(SegmentKind K) const override {
    return Share.isUsedUp() ? laneOf(K) : Lane::Mixed;
  }
  bool sharesBlocks() const override { return true; }

  std::optional<size_t> worstCase(const Footprint &F) const override;
  TakeResult place(Window &W, const Footprint &F, size_t KeepFree,
                   Allocation &A) override;
  void prepareRelease(Allocation &A) override;

private:
  void giveBack(Window &W, AddressRange R, State Rights) override;

  struct Block;
  Block arrange(const Footprint &F, bool Mirrored) const;
  std::optional<size_t> largestBlock(const Footprint &F) const;
  TakeResult placeBlock(Window &W, const Footprint &F, size_t KeepFree,
                        Allocation &A);

  const MappingShare Share;
};

} // namespace jitslab

#endif // JITSLAB_CORE_PEROBJECTLAYOUT_H
