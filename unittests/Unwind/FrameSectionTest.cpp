//===- FrameSectionTest.cpp - Reading and copying frames ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Frames.h"
#include "Support/Catch.h"
#include "Support/Random.h"
#include "Unwind/FrameCopy.h"

using namespace jitslab;

namespace {

struct Read {
  uintptr_t Begin, End, LSDA, Personality;
  bool Indirect;
  std::vector<uint8_t> Instructions;
  bool operator==(const Read &O) const {
    return Begin == O.Begin && End == O.End && LSDA == O.LSDA &&
           Personality == O.Personality && Indirect == O.Indirect &&
           Instructions == O.Instructions;
  }
};

std::vector<Read> readAll(const FrameSection &S) {
  std::vector<Read> Result;
  CHECK(S.forEachFunction([&](const FunctionFrame &F) {
    // What fills a record up differs.
    std::vector<uint8_t> Instructions(F.Instructions, F.End);
    while (!Instructions.empty() && Instructions.back() == 0)
      Instructions.pop_back();
    Result.push_back({F.Code.Begin, F.Code.End, F.LSDAValue,
                      F.Common->PersonalityValue,
                      (F.Common->Personality & 0x80) != 0, Instructions});
  }));
  return Result;
}

} // namespace

TEST_CASE("Functions of a frame section are read") {
  Frames F({{0x10000, 0x10040}, {0x10040, 0x10041}, {0x9000, 0x9100}});
  std::vector<Read> All = readAll(F.section());
  REQUIRE(All.size() == 3);
  CHECK(All[0] ==
        Read{0x10000, 0x10040, 0x2000, Frames::personality(), true, {0x41}});
  CHECK(All[1].End == 0x10041);
  CHECK(F.section().extent()->Begin == 0x9000);
  CHECK(F.section().extent()->End == 0x10041);
}

TEST_CASE("A section without functions is empty, one with garbage is not") {
  CHECK(Frames({}).section().extent()->size() == 0);
  CHECK(FrameSection(nullptr, 0).extent()->size() == 0);
  const uint8_t Garbage[] = {12, 0, 0, 0, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8};
  CHECK_FALSE(FrameSection(Garbage, sizeof(Garbage)).extent());
  const uint8_t Long[] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0};
  CHECK_FALSE(FrameSection(Long, sizeof(Long)).extent());
}

TEST_CASE("A copy of frames says the same with absolute pointers") {
  Frames F({{0x10000, 0x10040}, {0x10040, 0x10041}, {0x20000, 0x20100}});
  auto Copy = FrameCopy::create(F.section(), {0, UINTPTR_MAX});
  REQUIRE(Copy);
  CHECK(readAll(Copy->section()) == readAll(F.section()));
  Copy->section().forEachFunction([](const FunctionFrame &Function) {
    CHECK(Function.Common->Pointers == llvm::dwarf::DW_EH_PE_absptr);
    CHECK(Function.Common->LSDA == llvm::dwarf::DW_EH_PE_absptr);
  });
  // Copies can be copied.
  auto Again = FrameCopy::create(Copy->section(), {0, UINTPTR_MAX});
  CHECK(readAll(Again->section()) == readAll(F.section()));
}

TEST_CASE("A copy has the functions with code in a range") {
  Frames F({{0x10000, 0x10040}, {0x10040, 0x10050}, {0x20000, 0x20100}});
  auto Copy = FrameCopy::create(F.section(), {0x1003f, 0x10041});
  CHECK(readAll(Copy->section()).size() == 2);
  CHECK(Copy->section().extent()->End == 0x10050);
  CHECK(FrameCopy::create(F.section(), {0x11000, 0x12000})->empty());
}

TEST_CASE("A copy shows a made-up function, and what was copied again") {
  Frames F({{0x10000, 0x10040}, {0x10040, 0x10050}});
  auto Copy = FrameCopy::create(F.section(), {0, UINTPTR_MAX});
  Copy->showOnly({0x10008, 0x10044});
  CHECK(Copy->section().extent()->Begin == 0x10008);
  CHECK(Copy->section().extent()->End == 0x10044);
  Copy->showCopied();
  CHECK(readAll(Copy->section()) == readAll(F.section()));
}

TEST_CASE("Damaged frames are never read beyond their ends") {
  // Sanitizers see it; nothing else is expected of the result.
  const uint64_t Seed = testSeed(12);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  Random Rand(Seed);
  Frames F({{0x10000, 0x10040}, {0x10040, 0x10041}, {0x20000, 0x20100}});
  for (int I = 0; I != 20000; ++I) {
    size_t Size = Rand.below(F.size() + 1);
    std::unique_ptr<uint8_t[]> Damaged(new uint8_t[Size]);
    std::memcpy(Damaged.get(), F.data(), Size);
    for (size_t N = Size ? Rand.below(4) : 0; N; --N)
      Damaged[Rand.below(Size)] = uint8_t(Rand.below(256));
    FrameSection S(Damaged.get(), Size);
    bool Readable = S.extent().has_value();
    CHECK(bool(FrameCopy::create(S, {0, UINTPTR_MAX})) == Readable);
  }
}
