//===- Arenas.h - Arenas for tests in C ---------------------------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_CAPI_ARENAS_H
#define JITSLAB_UNITTESTS_CAPI_ARENAS_H

#include "Check.h"

/// The smallest window: 8 MiB.
#define SMALLEST_WINDOW (UINT64_C(8) << 20)

static inline JitslabArenaOptions defaultOptions(void) {
  JitslabArenaOptions Options;
  JitslabInitializeArenaOptions(&Options, sizeof(Options));
  return Options;
}

/// How many layouts the library knows: their numbers begin with 0.
static inline uint32_t numLayouts(void) {
  JitslabArenaOptions Options = defaultOptions();
  JitslabArenaRef Arena = NULL;
  LLVMErrorRef Err;
  for (Options.ObjectLayout = 0;
       (Err = JitslabCreateArena(&Arena, &Options)) == LLVMErrorSuccess;
       ++Options.ObjectLayout)
    JitslabDisposeArena(Arena);
  LLVMConsumeError(Err);
  REQUIRE(Options.ObjectLayout > JitslabLayoutDense);
  return Options.ObjectLayout;
}

static inline JitslabArenaRef arenaWithLayout(uint32_t Layout) {
  JitslabArenaOptions Options = defaultOptions();
  JitslabArenaRef Arena = NULL;
  Options.ObjectLayout = Layout;
  CHECK_SUCCESS(JitslabCreateArena(&Arena, &Options));
  REQUIRE(Arena);
  return Arena;
}

/// One window of the smallest size, that may not grow.
static inline JitslabArenaRef smallArena(void) {
  JitslabArenaOptions Options = defaultOptions();
  JitslabArenaRef Arena = NULL;
  Options.WindowSize = SMALLEST_WINDOW;
  Options.NoGrow = 1;
  CHECK_SUCCESS(JitslabCreateArena(&Arena, &Options));
  REQUIRE(Arena);
  return Arena;
}

static inline JitslabArenaStats statsOf(JitslabArenaRef Arena) {
  JitslabArenaStats Stats;
  Stats.Size = sizeof(Stats);
  CHECK_SUCCESS(JitslabArenaGetStats(Arena, &Stats));
  return Stats;
}

#endif // JITSLAB_UNITTESTS_CAPI_ARENAS_H
