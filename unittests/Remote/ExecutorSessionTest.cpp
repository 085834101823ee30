//===- ExecutorSessionTest.cpp - What an executor does --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Executor/ExecutorSession.h"
#include "PendingObject.h"

using namespace jitslab;
using namespace llvm;

static int Deallocated = 0;

static wire::CBuffer countDeallocation(const char *, size_t) {
  ++Deallocated;
  return wire::write<wire::sps::SPSArgList<bool>>(false).release();
}

TEST_CASE("What goes, goes, though what comes with it is refused") {
  Deallocated = 0;
  ExecutorSession S{DescriptorChannel()};
  ErrorOr<uintptr_t> Start = S.reserve(MinWindowSize);
  REQUIRE(Start);
  REQUIRE(!S.map({*Start, *Start + SlabSize}, Lane::RWData, /*File=*/0));
  wire::Work First;
  First.Number = 1;
  First.Finalizes.emplace_back();
  First.Finalizes[0].Actions.push_back(
      {{}, actionAt(orc::ExecutorAddr::fromPtr(&countDeallocation))});
  ExecutorSession::Done D = S.work(std::move(First));
  REQUIRE(D.Finalizes.size() == 1);
  REQUIRE(D.Finalizes[0].Failure.empty());

  wire::Work Next;
  Next.Number = 2;
  Next.Writes.push_back({orc::ExecutorAddr(*Start + SlabSize), {}, 8});
  Next.Finalizes.emplace_back();
  Next.Deallocates.push_back({D.Finalizes[0].Key});
  D = S.work(std::move(Next));
  CHECK(D.Refusal != "");
  CHECK(D.Finalizes.empty());
  CHECK(D.Deallocates == std::vector<std::string>{""});
  CHECK(Deallocated == 1);
  REQUIRE_SUCCESS(S.end());
  CHECK(Deallocated == 1);
}
