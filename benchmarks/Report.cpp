//===- Report.cpp - What a measurement found ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report.h"
#include <cassert>

namespace jitslab::bench {

void Report::set(llvm::StringRef Name, double Value) {
  for (size_t I = 0; I != NumCounters; ++I)
    if (Name == Counters[I].Name.data()) {
      Counters[I].Value = Value;
      return;
    }
  assert(NumCounters != Counters.size() && "make Counters larger");
  copy(Counters[NumCounters].Name, Name);
  Counters[NumCounters++].Value = Value;
}

} // namespace jitslab::bench
