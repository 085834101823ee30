//===- ArenaFuzzer.cpp - Any operations on an arena -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A libFuzzer target: any operations on an arena, against a model of it. The
/// first byte chooses the layout, whether the arena may grow, and whether
/// system calls fail.
///
//===----------------------------------------------------------------------===//

#include "ByteSource.h"
#include "Model/ArenaModel.h"

using namespace jitslab;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  ByteSource Source(Data, Size);
  size_t Choice = Source.below(24);
  ArenaOptions O;
  O.ObjectLayout = Layout(Choice % 3);
  O.Grow = Choice / 3 % 2;
  O.HugePages = Choice / 12;
  O.WindowSize = MinWindowSize;
  ArenaModel M(O, Source, /*Faults=*/Choice / 6 % 2);
  runModel(M, Source);
  return 0;
}
