//===- PopulateAhead.cpp - Memory before its first touch ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PopulateAhead.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace jitslab {

// How much is backed in one go: up to 32 page faults fewer (with 4 KiB pages),
// at the price of resident memory that may never be used; so a lane begins with
// less than it gets later, and gets an eighth of what it has at most.
static constexpr size_t FirstPopulateBytes = size_t(16) * 1024;
static constexpr size_t MostPopulateBytes = size_t(128) * 1024;
static constexpr size_t PopulateShare = 8;
static constexpr size_t MostPopulateAtOnce = size_t(1) << 20;

// Memory is taken from a slab mostly upwards. Above a slab's mark nothing was
// ever taken since it was committed, so everything there is writable.
void PopulateAhead::populate(SlabBacking &Backing, Lane L, AddressRange R) {
  size_t First = Slabs.indexOf(R.Begin), Last = Slabs.indexOf(R.End - 1);
  AddressRange LastSlab = Slabs.range(Last);
  size_t &Bytes = SoFar[L];
  size_t Step =
      std::clamp(Bytes ? (size_t(1) << Log2_64(Bytes)) / PopulateShare : 0,
                 FirstPopulateBytes, MostPopulateBytes);
  Step = std::max(Step, PageSize);
  uintptr_t OldMark = LastSlab.Begin + Slabs[Last].Populated;
  uintptr_t NewMark =
      R.End > OldMark
          ? std::min<uintptr_t>(alignTo(R.End, Align(Step)), LastSlab.End)
          : OldMark;
  // The pages before the range may be sealed.
  uintptr_t From = std::max(R.Begin & ~(PageSize - 1),
                            Slabs.range(First).Begin + Slabs[First].Populated);
  // So may those between its end and a mark that lies behind it.
  uintptr_t To = R.End > OldMark ? NewMark : alignTo(R.End, Align(PageSize));
  // Of what is large much may be .bss.
  Todo.push_back({&Backing, {From, std::min(To, From + MostPopulateAtOnce)}});
  Bytes += To - From;
  for (size_t I = First; I <= Last; ++I) {
    auto Mark = uint32_t(I == Last ? NewMark - LastSlab.Begin : SlabSize);
    if (Mark == SlabSize && Slabs[I].Populated != SlabSize)
      Todo.push_back({&Backing, Slabs.range(I), /*SlabIsFull=*/true});
    Slabs[I].Populated = Mark;
  }
}

} // namespace jitslab
