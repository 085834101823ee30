//===- InParts.cpp - Large memory, part by part ---------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InParts.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

/// \returns how much of \p R, which is larger than a part, comes first.
static size_t firstPart(AddressRange R) {
  return alignDown(R.Begin + LargestPart, LargestPart) - R.Begin;
}

// While a part has other rights than the rest there is one mapping more, which
// the process may not be allowed. Then the rest is changed as a whole.
std::error_code protectInParts(VirtualMemory &VM, AddressRange R, Access A) {
  for (; R.size() > LargestPart; R.Begin += firstPart(R))
    if (VM.protect(R.Begin, firstPart(R), A))
      break;
  return VM.protect(R.Begin, R.size(), A);
}

void populateInParts(VirtualMemory &VM, AddressRange R) {
  for (; R.size() > LargestPart; R.Begin += firstPart(R))
    VM.populate(R.Begin, firstPart(R));
  VM.populate(R.Begin, R.size());
}

std::error_code discardInParts(VirtualMemory &VM, AddressRange R) {
  for (; R.size() > LargestPart; R.Begin += firstPart(R))
    if (std::error_code EC = VM.discard(R.Begin, firstPart(R)))
      return EC;
  return VM.discard(R.Begin, R.size());
}

} // namespace jitslab
