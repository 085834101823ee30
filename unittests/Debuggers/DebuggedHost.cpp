//===- DebuggedHost.cpp - A host for debuggers, of any manager ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// debugged-host MANAGER LINKER WALKED LATER: loads WALKED, calls its jit_walk,
// loads LATER, calls its jit_later, jit_walk again and, with a wrong address,
// LATER's jit_fault.

#include "Debuggers/AnyLinker.h"
#include <cstdio>

using namespace jitslab;

int main(int ArgC, char **ArgV) {
  if (ArgC != 5)
    return 2;
  auto L = makeLinker(ArgV[2], ArgV[1], Told::Debuggers);
  if (!L)
    return 0;
  L->load(ArgV[3]);
  const int First = L->find<int(int)>("jit_walk")(4);
  L->load(ArgV[4]);
  const int Later = L->find<int(int)>("jit_later")(1);
  printf("results %d %d %d\n", First, Later, L->find<int(int)>("jit_walk")(4));
  fflush(stdout);
  return L->find<int(const int *)>("jit_fault")(
      reinterpret_cast<const int *>(16));
}
