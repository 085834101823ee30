//===- RemappedBacking.h - Private memory under one address -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_REMAPPEDBACKING_H
#define JITSLAB_CORE_REMAPPEDBACKING_H

#include "SlabBacking.h"

namespace jitslab {

/// Anonymous memory that is written where it is executed. A fork copies it.
class RemappedBacking final : public SlabBacking {
public:
  RemappedBacking(VirtualMemory &VM, bool HugePages)
      : VM(VM), HugePages(HugePages) {}

  std::error_code commit(Lane L, AddressRange Slabs) override;
  std::error_code decommit(Lane L, AddressRange Slab) override;
  std::error_code makeWritable(Lane, AddressRange Pages) override {
    return VM.protect(Pages.Begin, Pages.size(), Access::ReadWrite);
  }
  void populate(Lane, AddressRange Pages) override {
    // With huge pages the first touch brings a whole one.
    if (!HugePages)
      VM.populate(Pages.Begin, Pages.size());
  }
  void onSlabFull(Lane, AddressRange) override {}
  uintptr_t workingOffset(Lane) const override { return 0; }
  bool isSharedByFork(Lane) const override { return false; }
  std::error_code abandon(AddressRange) override { return {}; }
  void renew() override {}
  void detachFromParent() override {}

private:
  VirtualMemory &VM;
  const bool HugePages;
};

} // namespace jitslab

#endif // JITSLAB_CORE_REMAPPEDBACKING_H
