//===- RemappedBacking.cpp - Private memory under one address -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemappedBacking.h"

namespace jitslab {

std::error_code RemappedBacking::commit(Lane, AddressRange Slabs) {
  if (std::error_code EC =
          VM.protect(Slabs.Begin, Slabs.size(), Access::ReadWrite)) {
    // What was changed before the failure must not stay writable.
    (void)VM.protect(Slabs.Begin, Slabs.size(), Access::None);
    return EC;
  }
  if (HugePages)
    VM.adviseHugePages(Slabs.Begin, Slabs.size());
  return {};
}

std::error_code RemappedBacking::decommit(Lane, AddressRange Slab) {
  return decommitPrivate(VM, Slab);
}

} // namespace jitslab
