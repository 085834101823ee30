//===- ValgrindHost.cpp - A host that uses code memory again --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// valgrind-host LAYOUT: loads, calls and frees functions at one address. With
// "untold" in place of a layout, the control, it writes them there without the
// library, whose Dense layout the memory is of.

#include "Core/LayoutNames.h"
#include "Support/ArenaFixture.h"
#include "Support/MachineCode.h"
#include <cstdio>

using namespace jitslab;
using namespace llvm;

static int callAfterWriting(Arena &A, uint16_t Value) {
  Allocation Object = cantFail(A.allocate(footprint(64, 0, 0)));
  const Segment Code = Object[SegmentKind::Code];
  writeFunction(Code.Working, Value);
  cantFail(sealOne(A, Object));
  return callFunction(Code.Executor);
}

int main(int ArgC, char **ArgV) {
  if (ArgC != 2)
    return 2;
  std::optional<Layout> L = layoutByName(ArgV[1]);
  ArenaOptions Options = smallOptions();
  Options.ObjectLayout = L.value_or(Layout::Dense);
  auto A = cantFail(Arena::create(Options));
  Allocation Untold = cantFail(A->allocate(footprint(64, 0, 0)));
  const Segment Code = Untold[SegmentKind::Code];
  int OfBefore = 0;
  for (uint16_t I = 0; I != 5; ++I) {
    if (!L)
      writeFunction(Code.Working, I);
    OfBefore +=
        (L ? callAfterWriting(*A, I) : callFunction(Code.Executor)) != I;
  }
  printf("ran 5 functions, %d of them of before\n", OfBefore);
}
