//===- ReleaseTest.cpp - Memory of removed code comes back ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Platform/VirtualMemory.h"
#include "Support/Layouts.h"
#include "Support/Process.h"
#include "TestJIT.h"

using namespace jitslab;
using namespace llvm;

// Instrumented and emulated code is many times slower.
#if JITSLAB_HAS_SHADOW_MEMORY || defined(JITSLAB_TESTS_EMULATED)
constexpr int MostCycles = 1000;
#else
constexpr int MostCycles = 100000;
#endif

TEST_CASE("Removing a tracker gives the memory back") {
  Layout L = anyLayout();
  auto Memory = arenaWith(L);
  auto JIT = valueOf(makeJIT(Memory));
  ArenaStats Before = Memory->stats();
  auto Tracker = JIT->getMainJITDylib().createResourceTracker();
  REQUIRE_SUCCESS(JIT->addObjectFile(Tracker, readObject("tiny")));
  CHECK(valueOf(functionOf<int(int)>(*JIT, "tiny"))(0) == 8);
  CHECK(Memory->stats().LiveBytes > Before.LiveBytes);
  REQUIRE_SUCCESS(Tracker->remove());
  CHECK(Memory->stats().LiveBytes == Before.LiveBytes);
}

TEST_CASE("Removing a JITDylib gives the memory back") {
  auto Memory = anyArena();
  auto JIT = valueOf(makeJIT(Memory));
  ArenaStats Before = Memory->stats();
  orc::JITDylib &JD = valueOf(JIT->createJITDylib("more"));
  REQUIRE_SUCCESS(JIT->addObjectFile(JD, readObject("tiny")));
  auto Symbol = valueOf(JIT->lookup(JD, "tiny"));
  CHECK(Symbol.toPtr<int (*)(int)>()(0) == 8);
  REQUIRE_SUCCESS(JIT->getExecutionSession().removeJITDylib(JD));
  CHECK(Memory->stats().LiveBytes == Before.LiveBytes);
}

TEST_CASE("Loading, calling and removing again and again uses no more memory") {
  auto Memory = anyArenaThatReusesCode();
  auto JIT = valueOf(makeJIT(Memory));
  auto Object = readObject("tiny");
  auto Cycle = [&] {
    auto Tracker = JIT->getMainJITDylib().createResourceTracker();
    cantFail(JIT->addObjectFile(
        Tracker, MemoryBuffer::getMemBuffer(Object->getMemBufferRef(), false)));
    int Result = cantFail(functionOf<int(int)>(*JIT, "tiny"))(2);
    cantFail(Tracker->remove());
    return Result == 10;
  };
  // LLVM's own tables, and the C library's heap, have grown by then.
  bool Right = true;
  const int Cycles = isBrief() ? MostCycles / 10 : MostCycles;
  for (int I = 0; I != Cycles / 10; ++I)
    Right &= Cycle();
  ArenaStats Before = Memory->stats();
  size_t MappingsBefore = mappingsIn({0, UINTPTR_MAX});
  size_t ResidentBefore = residentBytes();
  for (int I = 0; I != Cycles; ++I)
    Right &= Cycle();
  CHECK(Right);
  ArenaStats After = Memory->stats();
  CHECK(After.LiveBytes == Before.LiveBytes);
  CHECK(After.CommittedBytes == Before.CommittedBytes);
  CHECK(After.LiveObjects == Before.LiveObjects);
  CHECK(mappingsIn({0, UINTPTR_MAX}) <= MappingsBefore + 8);
  // Interned symbol names and the like: far less than a page for each cycle. A
  // sanitizer keeps what is freed for a while.
  if (!JITSLAB_HAS_SHADOW_MEMORY)
    CHECK(residentBytes() < ResidentBefore + size_t(Cycles) * 64 + (8 << 20));
  CHECK(Memory->verify());
}

TEST_CASE("Trimming after removal gives memory back to the system") {
  auto Memory = anyArena();
  auto JIT = valueOf(makeJIT(Memory));
  constexpr size_t Big = 32 << 20;
  Footprint F;
  F[SegmentKind::RWData].Size = Big;
  Allocation A = valueOf(Memory->allocate(F));
  memset(A[SegmentKind::RWData].Working, 1, Big);
  size_t Resident = residentBytes();
  size_t Committed = Memory->stats().CommittedBytes;
  A.release();
  size_t GivenBack = Memory->trim();
  CHECK(GivenBack >= Big);
  CHECK(Memory->stats().CommittedBytes == Committed - GivenBack);
  CHECK(residentBytes() + Big / 2 < Resident);
}

TEST_CASE("The number of mappings does not grow with the number of objects") {
  // In PerObject each object has mappings of its own.
  Layout L = GENERATE(Layout::PerProtection, Layout::Dense);
  auto Memory = arenaWith(L);
  auto JIT = valueOf(makeJIT(Memory));
  auto Object = readObject("tiny");
  size_t AtFirst = 0;
  constexpr int Objects = 2000;
  for (int I = 0; I != Objects; ++I) {
    orc::JITDylib &JD =
        JIT->getExecutionSession().createBareJITDylib(std::to_string(I));
    cantFail(JIT->addObjectFile(
        JD, MemoryBuffer::getMemBuffer(Object->getMemBufferRef(), false)));
    cantFail(JIT->lookup(JD, "tiny"));
    if (I == 0)
      AtFirst = mappingsIn({0, UINTPTR_MAX});
  }
  // The heap of the process may have grown by some mappings too.
  CHECK(mappingsIn({0, UINTPTR_MAX}) <= AtFirst + 16);
}
