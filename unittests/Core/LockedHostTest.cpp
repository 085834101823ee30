//===- LockedHostTest.cpp - Hosts that lock all of their memory -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/HardenedHost.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace jitslab;

namespace {

constexpr const char *NotRun = "NOT RUN: ";

/// True where tests of locked memory cannot be run.
bool cannotLock() {
  if (JITSLAB_HAS_SHADOW_MEMORY)
    WARN("NOT RUN: sanitizers make mlockall do nothing");
  else if (runsUnderEmulator())
    WARN("NOT RUN: the emulator's own memory would be locked");
  return JITSLAB_HAS_SHADOW_MEMORY || runsUnderEmulator();
}

/// inChild, with a warning of what the child could not try.
std::string inLockedChild(const std::function<std::string()> &Body) {
  std::string Outcome = inChild([&]() -> std::string {
    if (mlockall(MCL_CURRENT | MCL_FUTURE))
      return NotRun + std::string("mlockall: ") + strerror(errno);
    return Body();
  });
  if (mentions(Outcome, {NotRun})) {
    WARN(Outcome);
    return {};
  }
  return Outcome;
}

/// Loads, frees and trims. \returns what is wrong, empty if nothing is.
std::string loadFreeAndTrim(Layout L) {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = L;
  llvm::Expected<std::shared_ptr<Arena>> Created = Arena::create(O);
  if (!Created)
    return "create: " + llvm::toString(Created.takeError());
  Arena &A = **Created;
  std::vector<Allocation> Objects;
  for (uint16_t I = 0; I != 100; ++I) {
    auto Object = A.allocate(footprint(1000, 100, 100));
    if (!Object)
      return "allocate: " + llvm::toString(Object.takeError());
    writeFunction((*Object)[SegmentKind::Code].Working, I);
    if (llvm::Error Err = sealOne(A, *Object))
      return "seal: " + llvm::toString(std::move(Err));
    if (callFunction((*Object)[SegmentKind::Code].Executor) != I)
      return "wrong result";
    Objects.push_back(std::move(*Object));
  }
  // One that stays keeps the pages of the others accessible.
  uintptr_t Freed = Objects[50][SegmentKind::Code].Executor;
  Objects[50].release();
  uint8_t Old[FunctionSize];
  writeFunction(Old, 50);
  if (memcmp(reinterpret_cast<void *>(Freed), Old, FunctionSize) == 0)
    return "the code is still there after it was freed";
  if (callFunction(Objects[51][SegmentKind::Code].Executor) != 51)
    return "wrong result of a neighbour";
  Objects.clear();
  size_t Committed = A.stats().CommittedBytes;
  if (size_t Trimmed = A.trim(); Trimmed != Committed || !Committed)
    return "of " + std::to_string(Committed) + " bytes trim gave back " +
           std::to_string(Trimmed);
  // What was given back can be used again.
  auto Object = A.allocate(footprint(FunctionSize, 0, 0));
  if (!Object)
    return "allocate again: " + llvm::toString(Object.takeError());
  writeFunction((*Object)[SegmentKind::Code].Working, 7);
  if (llvm::Error Err = sealOne(A, *Object))
    return "seal again: " + llvm::toString(std::move(Err));
  if (callFunction((*Object)[SegmentKind::Code].Executor) != 7)
    return "wrong result of what was loaded again";
  return A.verify() ? "" : "the structures are wrong";
}

/// Locked memory in KiB, as /proc/self/status has it.
size_t residentKiBOf(Layout L) {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = L;
  auto A = llvm::cantFail(Arena::create(O));
  {
    Allocation Object = llvm::cantFail(A->allocate(footprint(100, 100, 100)));
  }
  size_t Before = residentBytes();
  A->trim();
  return (Before - residentBytes()) / 1024;
}

} // namespace

TEST_CASE("A host that locks all its memory is served by every layout") {
  if (cannotLock())
    return;
  Layout L = anyLayout();
  CHECK(inLockedChild([&] { return loadFreeAndTrim(L); }) == "");
}

TEST_CASE("Kernels that do not discard locked memory drop it otherwise") {
  if (cannotLock())
    return;
  Layout L = anyLayout();
  // As before Linux 5.18.
  CHECK(inLockedChild([&]() -> std::string {
          if (!denyDiscardOfLocked())
            return NotRun + std::string("there are no seccomp filters");
          return loadFreeAndTrim(L);
        }) == "");
}

TEST_CASE("Locked memory that is trimmed is not resident any more") {
  if (cannotLock())
    return;
  Layout L = anyLayout();
  CHECK(inLockedChild([&]() -> std::string {
          size_t KiB = residentKiBOf(L);
          return KiB >= SlabSize / 1024 ? "" : std::to_string(KiB) + " KiB";
        }) == "");
}

TEST_CASE("A limit of locked memory is an error that names it") {
  if (cannotLock())
    return;
  Layout L = anyLayout();
  std::string Outcome = inChild([&]() -> std::string {
    // Root may lock what it likes.
    rlimit Limit = {size_t(4) << 20, size_t(4) << 20};
    if (setrlimit(RLIMIT_MEMLOCK, &Limit) ||
        (geteuid() == 0 && (setgid(65534) || setuid(65534))) ||
        mlockall(MCL_FUTURE))
      return NotRun + std::string(strerror(errno));
    ArenaOptions O = smallOptions();
    O.ObjectLayout = L;
    auto A = Arena::create(O);
    return A ? "no error" : llvm::toString(A.takeError());
  });
  if (mentions(Outcome, {NotRun})) {
    WARN(Outcome);
    return;
  }
  CHECK(mentions(Outcome, {"Resource temporarily unavailable", "RLIMIT_MEMLOCK",
                           "mlockall", "WindowSize"}));
  CHECK(!mentions(Outcome, {"memfd_noexec"}));
}
