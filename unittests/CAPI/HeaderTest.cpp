//===- HeaderTest.cpp - The C header as C++ sees it -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab-c/jitslab.h"

// Compiling is the test.

// What hosts have compiled in does not change and does not move.
static_assert(JitslabLayoutPerObject == 0);
static_assert(JitslabLayoutPerProtection == 1);
static_assert(JitslabLayoutDense == 2);
static_assert(JitslabErrorNone == 0);
static_assert(JitslabErrorOther == 1);
static_assert(JitslabErrorArenaFull == 2);
static_assert(JitslabErrorSystemRefusal == 3);
static_assert(JitslabErrorBadOption == 4);
static_assert(offsetof(JitslabArenaOptions, ObjectLayout) == 8);
static_assert(offsetof(JitslabArenaOptions, WindowSize) == 16);
static_assert(offsetof(JitslabArenaOptions, HugePages) == 32);
static_assert(offsetof(JitslabArenaOptions, NoFrames) == 36);
static_assert(offsetof(JitslabArenaOptions, Below) == 40);
static_assert(offsetof(JitslabRemoteOptions, WindowSize) == 8);
static_assert(offsetof(JitslabRemoteOptions, NoGrow) == 16);
static_assert(offsetof(JitslabRemoteOptions, NoSharedMemory) == 20);
static_assert(offsetof(JitslabRemoteOptions, NoFrames) == 24);
static_assert(offsetof(JitslabRemoteOptions, WindowPerJITDylib) == 32);
static_assert(offsetof(JitslabRemoteOptions, NoGrowPerJITDylib) == 36);
static_assert(offsetof(JitslabRemoteOptions, OutsideMinSize) == 40);
static_assert(sizeof(JitslabRemoteOptions) == 48);
static_assert(JitslabMemoryOutside == 0 && JitslabMemoryUnused == 1);
static_assert(JitslabMemoryLive == 2 && JitslabMemoryFreed == 3);
static_assert(JitslabSegmentCode == 0 && JitslabSegmentROData == 1);
static_assert(JitslabSegmentRWData == 2);
static_assert(offsetof(JitslabMemoryLocation, SegmentBegin) == 16);
static_assert(offsetof(JitslabMemoryLocation, Offset) == 32);
static_assert(offsetof(JitslabArenaStats, LiveObjects) == 56);
static_assert(offsetof(JitslabArenaStats, FrozenBytes) == 64);
static_assert(offsetof(JitslabArenaStats, LanedObjects) == 72);
static_assert(offsetof(JitslabArenaStats, OutsideBytes) == 80);
