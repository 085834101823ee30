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
#include "Core/LayoutNames.h"
#include "Model/ArenaModel.h"

using namespace jitslab;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  ByteSource Source(Data, Size);
  constexpr size_t Layouts = std::size(AllLayouts);
  size_t Choice = Source.below(8 * Layouts);
  ArenaOptions O;
  O.ObjectLayout = AllLayouts[Choice % Layouts].Value;
  O.Grow = Choice / Layouts % 2;
  O.HugePages = Choice / Layouts / 4;
  O.WindowSize = MinWindowSize;
  ArenaModel M(O, Source, /*Faults=*/Choice / Layouts / 2 % 2);
  runModel(M, Source);
  return 0;
}
