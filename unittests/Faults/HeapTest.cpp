//===- HeapTest.cpp - Arenas without a heap -------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Faults/ProcessUse.h"
#include "Support/ArenaFixture.h"
#include "Support/Child.h"
#include "Support/MachineCode.h"
#include "jitslab/ArenaSnapshot.h"
#include <csignal>
#include <fcntl.h>
#include <new>

using namespace jitslab;

namespace {

/// Loads and frees objects of all sizes; the arena grows and is trimmed. \p
/// Live takes nothing from the heap. \returns false where other code than
/// theirs runs.
bool useArena(Arena &A, std::vector<Allocation> &Live) {
  bool Ok = true;
  for (size_t I = 0; I != 200; ++I) {
    size_t Size = I % 7 == 0 ? SlabSize : 100 + I * 37 % 5000;
    Live.push_back(llvm::cantFail(A.allocate(footprint(Size, I * 11, I * 17))));
    Allocation &Object = Live.back();
    writeFunction(Object[SegmentKind::Code].Working, uint16_t(I));
    Object.shrink(SegmentKind::RWData, I);
    if (I % 3 == 0)
      ArenaAccess::enlarge(A, Object, SegmentKind::Code, Size, {100, 16});
    llvm::cantFail(sealOne(A, Object));
    Ok &= callFunction(Object[SegmentKind::Code].Executor) == int(I);
    if (I % 2)
      Live[I * 5 % Live.size()].release();
    if (I % 40 == 39)
      A.trim();
  }
  Live.clear();
  return Ok;
}

} // namespace

TEST_CASE("An arena whose heap is used up ends the process, or is as before") {
  if (!canFailHeap()) {
    WARN("NOT RUN: the heap is the sanitizer's");
    return;
  }
  Layout L = anyLayoutThatReusesCode();
  size_t Ended = 0, Passed = 0;
  // Each of the first ones; later ones are much the same.
  const size_t Skipped = runsUnderEmulator() || isBrief() ? 4 : 16;
  for (size_t Nth = 1; !Passed && Nth < 100000; Nth += 1 + Nth / Skipped) {
    ChildOutcome Outcome = runInChild([&] {
      alarm(60);
      // What it says is not of interest.
      dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
      ArenaOptions O = smallOptions();
      O.ObjectLayout = L;
      std::vector<Allocation> Live;
      Live.reserve(200);
      failHeapAfter(Nth);
      std::shared_ptr<Arena> A;
      bool WasHit = false;
      try {
        A = llvm::cantFail(Arena::create(O));
      } catch (const std::bad_alloc &) {
        // Nothing was made, and the next one can be.
        WasHit = failHeapAfter(0);
        A = llvm::cantFail(Arena::create(O));
      }
      try {
        if (!useArena(*A, Live))
          return 3;
      } catch (const std::bad_alloc &) {
        _exit(6); // It has passed through what changes the arena.
      }
      // Asking changes nothing.
      try {
        (void)A->snapshot();
      } catch (const std::bad_alloc &) {
      }
      WasHit |= failHeapAfter(0);
      if (!A->verify() || A->stats().LiveObjects)
        return 4;
      return WasHit ? 0 : 5;
    });
    INFO("call " << Nth << ": " << Outcome.describe());
    bool Aborted =
        WIFSIGNALED(Outcome.Status) && WTERMSIG(Outcome.Status) == SIGABRT;
    bool NotReached =
        WIFEXITED(Outcome.Status) && WEXITSTATUS(Outcome.Status) == 5;
    CHECK((Aborted || NotReached || Outcome.passed()));
    Ended += Aborted;
    Passed += NotReached;
  }
  CHECK(Ended > 5);
  CHECK(Passed == 1);
}
