//===- HostileExecutorTest.cpp - Replies that make no sense ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostileExercise.h"
#include "Support/Catch.h"
#include "Support/Process.h"
#include <random>

using namespace jitslab;
using namespace llvm;

/// \returns how many replies came by the socket for work.
static size_t check(HostileExecutor::Change C, bool SharedMemory) {
  const Exercise E = exercise(std::move(C), SharedMemory);
  CHECK(E.LiveBytes == 0);
  return E.DirectReplies;
}

TEST_CASE("Replies that are as they should be work in one process too") {
  const bool SharedMemory = GENERATE(true, false);
  size_t Replies = 0;
  const size_t Direct =
      check([&](HostileExecutor::Bytes &, size_t) { ++Replies; }, SharedMemory);
  CHECK(Replies > 6);
  CHECK(Direct == (SharedMemory ? 4 : 0));
}

TEST_CASE("Replies that are cut, or too long, are errors") {
  const bool SharedMemory = GENERATE(true, false);
  for (size_t Which = 0; Which != 20; ++Which)
    for (bool Cut : {true, false})
      check(
          [&](HostileExecutor::Bytes &B, size_t I) {
            if (I >= Which)
              B.resize(Cut ? B.size() / 2 : B.size() + 1);
          },
          SharedMemory);
}

TEST_CASE("Replies that no record has room for are errors") {
  size_t Replies = 0;
  check([&](HostileExecutor::Bytes &, size_t) { ++Replies; },
        /*SharedMemory=*/true);
  for (size_t Which = 0; Which != Replies; ++Which)
    check(
        [&](HostileExecutor::Bytes &B, size_t I) {
          if (I == Which)
            B.resize(RecordSocket::LongestRecord + 1);
        },
        /*SharedMemory=*/true);
}

TEST_CASE("Lengths in replies that nothing has are errors") {
  const bool SharedMemory = GENERATE(true, false);
  for (size_t Which = 0; Which != 20; ++Which)
    check(
        [&](HostileExecutor::Bytes &B, size_t I) {
          if (I >= Which)
            std::fill(B.begin(), B.end(), '\xff');
        },
        SharedMemory);
}

TEST_CASE("Replies that are changed at random are errors or do no harm") {
  const unsigned Rounds = isBrief() ? 10 : 40;
  for (unsigned Seed = 0; Seed != Rounds; ++Seed) {
    std::minstd_rand Random(Seed + 1);
    const size_t Which = Random() % 20;
    check(
        [&](HostileExecutor::Bytes &B, size_t I) {
          if (I < Which || B.empty())
            return;
          for (unsigned N = 0; N <= Random() % 4; ++N)
            B[Random() % B.size()] = char(Random());
        },
        Seed % 2);
  }
}
