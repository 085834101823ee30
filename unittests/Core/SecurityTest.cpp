//===- SecurityTest.cpp - What docs/security.md says ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Child.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include <algorithm>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>

using namespace jitslab;

namespace {

Allocation load(Arena &A, uint16_t Value) {
  Allocation Object = valueOf(A.allocate(footprint(FunctionSize, 8, 64)));
  writeFunction(Object[SegmentKind::Code].Working, Value);
  Object[SegmentKind::ROData].Working[0] = 1;
  // Data that would be a function if it could be executed.
  writeFunction(Object[SegmentKind::RWData].Working, Value);
  return Object;
}

Allocation loadAndSeal(Arena &A, uint16_t Value) {
  Allocation Object = load(A, Value);
  REQUIRE_SUCCESS(sealOne(A, Object));
  return Object;
}

template <typename Fn> bool faults(Fn Body) {
  ChildOutcome Outcome = runInChild([&] {
    Body();
    return 0;
  });
  return WIFSIGNALED(Outcome.Status) && WTERMSIG(Outcome.Status) == SIGSEGV;
}

void writeTo(uintptr_t Address) {
  *reinterpret_cast<volatile uint8_t *>(Address) = 0;
}

/// Descriptors of this process that are memory of Layout::Dense.
std::vector<int> sharedMemory() {
  std::vector<int> Result;
  for (int File = 0; File != 256; ++File)
    if (linkTarget("/proc/self/fd/" + std::to_string(File))
            .find("memfd:jitslab") != std::string::npos)
      Result.push_back(File);
  return Result;
}

std::shared_ptr<Arena> smallDense() {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = Layout::Dense;
  return valueOf(Arena::create(O));
}

} // namespace

TEST_CASE("Sealed code and read-only data cannot be written where they lie") {
  auto A = anyArena();
  Allocation Object = loadAndSeal(*A, 7);
  CHECK(faults([&] { writeTo(Object[SegmentKind::Code].Executor); }));
  CHECK(faults([&] { writeTo(Object[SegmentKind::ROData].Executor); }));
  // What may be written is.
  CHECK_FALSE(faults([&] { writeTo(Object[SegmentKind::RWData].Executor); }));
  CHECK(callFunction(Object[SegmentKind::Code].Executor) == 7);
}

TEST_CASE("What can be written cannot be executed") {
  Layout L = anyLayout();
  auto A = arenaWith(L);
  Allocation Sealed = loadAndSeal(*A, 7);
  CHECK(faults([&] { callFunction(Sealed[SegmentKind::RWData].Executor); }));
  // Nor can code that is being linked, where it is written.
  Allocation Open = load(*A, 8);
  auto Working = reinterpret_cast<uintptr_t>(Open[SegmentKind::Code].Working);
  CHECK(faults([&] { callFunction(Working); }));
  REQUIRE_SUCCESS(sealOne(*A, Open));
  if (L == Layout::Dense)
    CHECK(faults([&] { callFunction(Working); }));
  CHECK(callFunction(Open[SegmentKind::Code].Executor) == 8);
}

TEST_CASE("Code that was freed is not there any more") {
  Layout L = anyLayout();
  auto A = arenaWith(L);
  // Keeps the slab.
  Allocation Other = loadAndSeal(*A, 1);
  Allocation Object = loadAndSeal(*A, 2);
  auto *Code =
      reinterpret_cast<const uint8_t *>(Object[SegmentKind::Code].Executor);
  REQUIRE(!holdsTraps(Code, FunctionSize));
  Object.release();
  // It had a page of its own in PerProtection, which is zeros now.
  if (L == Layout::PerProtection)
    CHECK(std::all_of(Code, Code + FunctionSize,
                      [](uint8_t B) { return B == 0; }));
  else
    CHECK(holdsTraps(Code, FunctionSize));
  CHECK(callFunction(Other[SegmentKind::Code].Executor) == 1);
}

TEST_CASE("Nobody can change the size of what Dense shares, or inherits it") {
  auto A = smallDense();
  std::vector<int> Files = sharedMemory();
  REQUIRE(!Files.empty());
  for (int File : Files) {
    struct stat Status;
    REQUIRE(fstat(File, &Status) == 0);
    CHECK(ftruncate(File, 0) == -1);
    CHECK(ftruncate(File, 2 * Status.st_size) == -1);
    CHECK((fcntl(File, F_GETFD) & FD_CLOEXEC) != 0);
    // Nor take that back.
    CHECK(fcntl(File, F_ADD_SEALS, F_SEAL_WRITE) == -1);
  }
}

TEST_CASE("Writer views are spread over the whole address space") {
  if (runsUnderEmulator() || JITSLAB_HAS_SHADOW_MEMORY) {
    WARN("NOT RUN: addresses are not the kernel's choice here");
    return;
  }
  // 128 TiB are 128 parts of 1 TiB. Of 64 that are drawn with equal chances, 50
  // are expected to be different, and fewer than 32 have a chance below 1e-9.
  std::set<uintptr_t> Parts, Views;
  for (int I = 0; I != 64; ++I) {
    auto A = smallDense();
    Allocation Object = valueOf(A->allocate(footprint(8, 8, 8)));
    auto Working =
        reinterpret_cast<uintptr_t>(Object[SegmentKind::Code].Working);
    Parts.insert(Working >> 40);
    Views.insert(Working);
  }
  CHECK(Parts.size() >= 32);
  CHECK(Views.size() == 64);
}

TEST_CASE(
    "Control: who kept the writer view's address can change sealed code") {
  auto A = smallDense();
  Allocation Object = valueOf(A->allocate(footprint(FunctionSize, 8, 8)));
  uint8_t *Working = Object[SegmentKind::Code].Working;
  writeFunction(Working, 1);
  REQUIRE_SUCCESS(sealOne(*A, Object));
  // A limit of the layout, which docs/security.md names.
  writeFunction(Working, 2);
  uint8_t Expected[FunctionSize];
  writeFunction(Expected, 2);
  CHECK(memcmp(reinterpret_cast<void *>(Object[SegmentKind::Code].Executor),
               Expected, FunctionSize) == 0);
}
