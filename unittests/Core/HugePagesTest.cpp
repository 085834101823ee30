//===- HugePagesTest.cpp - Tests of ArenaOptions::HugePages ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Layouts.h"
#include "Support/Process.h"
#include <cstring>
#include <fstream>

using namespace jitslab;

namespace {

/// "always", "madvise" or "never"; empty without transparent huge pages.
std::string hugePagePolicy() {
  std::ifstream File("/sys/kernel/mm/transparent_hugepage/enabled");
  for (std::string Word; File >> Word;)
    if (Word.front() == '[')
      return Word.substr(1, Word.size() - 2);
  return {};
}

/// What is mapped with huge pages around \p Address in bytes, private or
/// shared, from /proc/self/smaps.
size_t hugePageBytesAt(uintptr_t Address) {
  size_t Sum = 0;
  forEachSmapsLine([&](const Mapping &M, const std::string &Line) {
    size_t KiB = 0;
    if (M.Range.Begin <= Address && Address < M.Range.End &&
        (sscanf(Line.c_str(), "AnonHugePages: %zu kB", &KiB) == 1 ||
         sscanf(Line.c_str(), "ShmemPmdMapped: %zu kB", &KiB) == 1))
      Sum += KiB * 1024;
  });
  return Sum;
}

size_t hugePageBytesOfFilledSegment(SegmentKind K, bool HugePages) {
  ArenaOptions Options;
  Options.ObjectLayout = anyLayout();
  Options.HugePages = HugePages;
  auto Memory = valueOf(Arena::create(Options));
  Footprint F;
  F[K].Size = 4 * SlabSize;
  Allocation A = valueOf(Memory->allocate(F));
  memset(A[K].Working, 0x90, A[K].Size);
  // Sealing whole slabs splits no huge page.
  REQUIRE_SUCCESS(Memory->seal({&A}));
  return hugePageBytesAt(A[K].Executor);
}

} // namespace

TEST_CASE("Whole slabs are backed with huge pages, also when they are sealed") {
  if (runsUnderEmulator() ||
      (hugePagePolicy() != "madvise" && hugePagePolicy() != "always")) {
    WARN("SKIPPED: this system has no transparent huge pages");
    return;
  }
  SegmentKind K = GENERATE(SegmentKind::Code, SegmentKind::RWData);
  // The kernel may have no huge page free at the moment: most will do.
  CHECK(hugePageBytesOfFilledSegment(K, true) >= 2 * SlabSize);
}

TEST_CASE("Control: without the option there are none where they are advised "
          "only") {
  if (runsUnderEmulator() || hugePagePolicy() != "madvise") {
    WARN("SKIPPED: this system does not wait for advice");
    return;
  }
  CHECK(hugePageBytesOfFilledSegment(SegmentKind::RWData, false) == 0);
}
