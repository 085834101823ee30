//===- SnapshotTest.cpp - Tests of Arena::snapshot ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Layouts.h"
#include "jitslab/ArenaSnapshot.h"

using namespace jitslab;

static const SlabSnapshot &slabAt(const ArenaSnapshot &S, uintptr_t Address) {
  for (const WindowSnapshot &W : S.Windows)
    if (Address >= W.Begin && Address < W.End)
      return W.Slabs[(Address - W.Begin) / SlabSize];
  FAIL("no window has the address");
  return S.Windows.front().Slabs.front();
}

static size_t liveBytes(const ArenaSnapshot &S) {
  size_t Sum = 0;
  for (const WindowSnapshot &W : S.Windows)
    for (const SlabSnapshot &Slab : W.Slabs)
      Sum += Slab.LiveBytes;
  return Sum;
}

TEST_CASE("A snapshot has every window with all its slabs") {
  WindowMemory Memory;
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  auto A = valueOf(ArenaAccess::create(O, Memory));
  ArenaSnapshot Empty = A->snapshot();
  REQUIRE(Empty.Windows.size() == 1);
  CHECK(Empty.Windows[0].Begin == Memory.Windows[0].Begin);
  CHECK(Empty.Windows[0].End == Memory.Windows[0].End);
  CHECK(Empty.Windows[0].Slabs.size() == MinWindowSize / SlabSize);
  CHECK(liveBytes(Empty) == 0);

  // More than one window holds.
  std::vector<Allocation> Objects;
  while (A->stats().Windows == 1)
    Objects.push_back(valueOf(A->allocate(footprint(0, 0, SlabSize / 2))));
  ArenaSnapshot Two = A->snapshot();
  REQUIRE(Two.Windows.size() == 2);
  CHECK(liveBytes(Two) == A->stats().LiveBytes);
}

TEST_CASE("A snapshot says what the slab of each segment is used for") {
  WindowMemory Memory;
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  auto A = valueOf(ArenaAccess::create(O, Memory));
  Allocation Object = valueOf(A->allocate(footprint(100, 100, 100)));
  ArenaSnapshot S = A->snapshot();
  bool Mixed = O.ObjectLayout == Layout::PerObject;
  CHECK(slabAt(S, Object[SegmentKind::Code].Executor).Use ==
        (Mixed ? SlabUse::Mixed : SlabUse::Code));
  CHECK(slabAt(S, Object[SegmentKind::ROData].Executor).Use ==
        (Mixed ? SlabUse::Mixed : SlabUse::ROData));
  CHECK(slabAt(S, Object[SegmentKind::RWData].Executor).Use ==
        (Mixed ? SlabUse::Mixed : SlabUse::RWData));
  CHECK(liveBytes(S) == A->stats().LiveBytes);

  Object.release();
  CHECK(liveBytes(A->snapshot()) == 0);
  A->trim();
  ArenaSnapshot Trimmed = A->snapshot();
  for (const SlabSnapshot &Slab : Trimmed.Windows[0].Slabs)
    CHECK(Slab.Use == SlabUse::Untaken);
}
