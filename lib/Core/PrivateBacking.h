//===- PrivateBacking.h - Memory under one address --------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_PRIVATEBACKING_H
#define JITSLAB_CORE_PRIVATEBACKING_H

#include "SlabBacking.h"

namespace jitslab {

/// Anonymous memory that is written where it is executed and read. A fork
/// copies it.
class PrivateBacking final : public SlabBacking {
public:
  PrivateBacking(VirtualMemory &VM, bool HugePages)
      : VM(VM), HugePages(HugePages) {}

  std::error_code commit(Lane L, AddressRange Slabs, AddressRange Run) override;
  std::error_code decommit(AddressRange Slab) override;
  std::error_code makeWritable(AddressRange R) override;
  void populate(AddressRange Pages) override;
  void onSlabFull(AddressRange) override {}
  uintptr_t workingOffset() const override { return 0; }

private:
  VirtualMemory &VM;
  const bool HugePages;
};

} // namespace jitslab

#endif // JITSLAB_CORE_PRIVATEBACKING_H
