//===- SealBatch.h - Access rights for many ranges in few calls -*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_SEALBATCH_H
#define JITSLAB_CORE_SEALBATCH_H

#include "../Platform/InParts.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace jitslab {

/// Collects page ranges that get new access rights, and changes them with as
/// few calls as their neighbourhood and their size allow.
class SealBatch {
public:
  void add(AddressRange R, Access A) {
    if (R.Begin != R.End)
      Ranges.push_back({R, A});
  }

  /// Changes all of them in ascending order; stops at the first failure.
  std::error_code apply(VirtualMemory &VM) {
    llvm::sort(Ranges, [](const Entry &L, const Entry &R) {
      return L.Range.Begin < R.Range.Begin;
    });
    for (size_t I = 0; I != Ranges.size();) {
      Entry Merged = Ranges[I++];
      while (I != Ranges.size() && Ranges[I].Range.Begin == Merged.Range.End &&
             Ranges[I].Rights == Merged.Rights)
        Merged.Range.End = Ranges[I++].Range.End;
      if (std::error_code EC = protectInParts(VM, Merged.Range, Merged.Rights))
        return EC;
    }
    return {};
  }

private:
  struct Entry {
    AddressRange Range;
    Access Rights;
  };
  llvm::SmallVector<Entry, 4> Ranges;
};

} // namespace jitslab

#endif // JITSLAB_CORE_SEALBATCH_H
