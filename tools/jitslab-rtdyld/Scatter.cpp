//===- Scatter.cpp - Leaves no room near the first object -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scatter.h"
#include "Progress.h"

using namespace llvm;

namespace jitslab {

Error Scatter::around(uint64_t Address) {
  if (!isWanted())
    return Error::success();
  Done = true;
  Progress P("occupying address space");
  return Adversary.occupy(Address, Radius, [&](size_t Bytes) {
    P.update(Bytes >> 20, 2 * Radius >> 20, "MiB");
  });
}

} // namespace jitslab
