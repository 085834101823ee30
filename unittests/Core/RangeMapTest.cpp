//===- RangeMapTest.cpp - Tests of RangeMap -------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/RangeMap.h"
#include "Support/Catch.h"

using namespace jitslab;

TEST_CASE("Neighbouring free ranges become one") {
  RangeMap M;
  M.give({0x1000, 0x2000});
  M.give({0x3000, 0x4000});
  CHECK(M.count() == 2);
  AddressRange Whole = M.give({0x2000, 0x3000});
  CHECK(Whole.Begin == 0x1000);
  CHECK(Whole.End == 0x4000);
  CHECK(M.count() == 1);
  CHECK(M.bytes() == 0x3000);
  CHECK(M.verify());
}
