//===- OutsideSectionsTest.cpp - Large sections outside the windows -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Catch.h"
#include "Support/TestMemory.h"
#include "TestJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"

using namespace jitslab;
using namespace llvm;

namespace {

constexpr size_t BlobSize = 4 << 20;

struct LoadedBlob {
  ArenaStats Stats;
  size_t Mappings;
};

LoadedBlob loadBlob(const char *Object, JITLinkOptions Options = {}) {
  TestMemory System;
  ArenaOptions ArenaOpts;
  ArenaOpts.ObjectLayout = Layout::PerProtection;
  LoadedBlob Result;
  {
    auto Memory = valueOf(Arena::create(ArenaOpts, System));
    auto JIT = valueOf(makeJIT(Memory, Options));
    REQUIRE_SUCCESS(addObjects(*JIT, {Object}));
    auto *At = valueOf(functionOf<int(int)>(*JIT, "blob_at"));
    CHECK(At(1) == 2);
    CHECK(At(BlobSize - 1) == 99);
    Result.Stats = Memory->stats();
    Result.Mappings = System.OpenReservations;
  }
  CHECK(System.OpenReservations == 0);
  return Result;
}

} // namespace

TEST_CASE("A large section that only absolute relocations refer to lies "
          "outside") {
  LoadedBlob Blob = loadBlob("blob");
  CHECK(Blob.Stats.LiveBytes < BlobSize);
  CHECK(Blob.Mappings == Blob.Stats.Windows + 1);
}

TEST_CASE("A single reference by distance keeps a large section inside") {
  LoadedBlob Blob = loadBlob("blobnear");
  CHECK(Blob.Stats.LiveBytes >= BlobSize);
  CHECK(Blob.Mappings == Blob.Stats.Windows);
}

TEST_CASE("The size from which sections lie outside is an option") {
  JITLinkOptions Options;
  Options.OutsideMinSize = BlobSize + 1;
  CHECK(loadBlob("blob", Options).Stats.LiveBytes >= BlobSize);
  Options.OutsideMinSize = BlobSize;
  CHECK(loadBlob("blob", Options).Stats.LiveBytes < BlobSize);
  Options.OutsideMinSize = SIZE_MAX;
  CHECK(loadBlob("blob", Options).Stats.LiveBytes >= BlobSize);
}

TEST_CASE("Device code lies outside whatever its size") {
  TestMemory System;
  ArenaOptions Options;
  Options.ObjectLayout = Layout::PerProtection;
  auto Memory = valueOf(Arena::create(Options, System));
  auto JIT = valueOf(makeJIT(Memory));
  REQUIRE_SUCCESS(addObjects(*JIT, {"fatbin"}));
  CHECK(valueOf(functionOf<int()>(*JIT, "fatbin_last"))() == 77);
  CHECK(System.OpenReservations == Memory->stats().Windows + 1);
}
