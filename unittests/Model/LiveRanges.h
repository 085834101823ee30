//===- LiveRanges.h - Which bytes are in use --------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVERANGES_H
#define JITSLAB_UNITTESTS_LIVERANGES_H

#include "Platform/AddressSpace.h"
#include "jitslab/Arena.h"
#include "jitslab/ArenaSnapshot.h"
#include <algorithm>
#include <map>

namespace jitslab {

/// True for layouts that cannot write to sealed code again and drop it instead,
/// so that zeros are left. PerObject changes its rights back, and Dense has a
/// second address for it.
inline bool dropsSealedCode(Layout L) {
  return L != Layout::PerObject && L != Layout::Dense;
}

/// The ranges of addresses that belong to somebody, in the simplest way.
class LiveRanges {
public:
  /// \returns false, and changes nothing, if a part of \p R is there already.
  bool add(AddressRange R) {
    auto Next = Ends.lower_bound(R.Begin);
    if ((Next != Ends.end() && Next->first < R.End) ||
        (Next != Ends.begin() && std::prev(Next)->second > R.Begin))
      return false;
    Ends.emplace_hint(Next, R.Begin, R.End);
    count(R, /*Alive=*/true);
    return true;
  }
  void remove(AddressRange R) {
    Ends.erase(R.Begin);
    count(R, /*Alive=*/false);
  }

  /// True when a part of \p R is there.
  bool touches(AddressRange R) const {
    auto Next = Ends.lower_bound(R.End);
    return Next != Ends.begin() && std::prev(Next)->second > R.Begin;
  }

  size_t bytes() const { return Bytes; }
  /// Slabs in which something is alive.
  size_t slabs() const { return InSlab.size(); }

  /// True when \p S counts in each slab what is here.
  bool equals(const ArenaSnapshot &S) const {
    size_t Met = 0;
    for (const WindowSnapshot &W : S.Windows)
      for (size_t I = 0; I != W.Slabs.size(); ++I) {
        auto Mine = InSlab.find(W.Begin + I * SlabSize);
        size_t Expected = Mine == InSlab.end() ? 0 : Mine->second;
        Met += Expected != 0;
        if (W.Slabs[I].LiveBytes != Expected ||
            (Expected && W.Slabs[I].Use == SlabUse::Untaken))
          return false;
      }
    return Met == InSlab.size();
  }

private:
  void count(AddressRange R, bool Alive) {
    Bytes += Alive ? R.size() : -R.size();
    while (R.Begin != R.End) {
      uintptr_t Slab = R.Begin / SlabSize * SlabSize;
      uintptr_t PartEnd = std::min(R.End, Slab + SlabSize);
      size_t &Live = InSlab[Slab];
      Live += Alive ? PartEnd - R.Begin : R.Begin - PartEnd;
      if (!Live)
        InSlab.erase(Slab);
      R.Begin = PartEnd;
    }
  }

  std::map<uintptr_t, uintptr_t> Ends;
  std::map<uintptr_t, size_t> InSlab;
  size_t Bytes = 0;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVERANGES_H
