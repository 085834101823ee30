//===- PrivateBacking.cpp - Memory under one address ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PrivateBacking.h"
#include "../Platform/InParts.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

std::error_code PrivateBacking::commit(Lane L, AddressRange Slabs,
                                       AddressRange) {
  if (std::error_code EC =
          VM.protect(Slabs.Begin, Slabs.size(), Access::ReadWrite)) {
    // What was changed before the failure must not stay writable.
    (void)VM.protect(Slabs.Begin, Slabs.size(), Access::None);
    return EC;
  }
  VM.advise(Slabs.Begin, Slabs.size(),
            HugePages ? Advice::HugePages : Advice::SmallPages);
  VM.advise(Slabs.Begin, Slabs.size(), Advice::Dump);
  if (const char *Name = mappingName(L))
    VM.name(Slabs.Begin, Slabs.size(), Name);
  return {};
}

// Mapped over, since what is only discarded stays charged and, with the rest of
// the window, goes into core files. What counts against RLIMIT_MEMLOCK for a
// moment then may be refused.
std::error_code PrivateBacking::decommit(AddressRange Slab) {
  if (!VM.unmap(Slab.Begin, Slab.size()))
    return {};
  if (std::error_code EC = VM.discard(Slab.Begin, Slab.size()))
    return EC;
  VM.name(Slab.Begin, Slab.size(), nullptr);
  return VM.protect(Slab.Begin, Slab.size(), Access::None);
}

std::error_code PrivateBacking::makeWritable(AddressRange R) {
  return protectInParts(
      VM,
      {alignDown(R.Begin, VM.pageSize()), alignTo(R.End, Align(VM.pageSize()))},
      Access::ReadWrite);
}

// With huge pages the first touch brings a whole one.
void PrivateBacking::populate(AddressRange Pages) {
  if (!HugePages)
    VM.populate(Pages.Begin, Pages.size());
}

} // namespace jitslab
