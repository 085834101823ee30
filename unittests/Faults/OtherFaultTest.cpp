//===- OtherFaultTest.cpp - What the scenario does not call ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Faults/ProcessUse.h"
#include "Faults/SystemCalls.h"
#include "Platform/Fork.h"
#include "Platform/SharedFile.h"
#include "RTDyld/TestLinker.h"
#include "Support/ArenaFixture.h"
#include "Support/Child.h"
#include "Support/Layouts.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include "jitslab/ForkHandlers.h"
#include <atomic>
#include <cerrno>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace jitslab;

// What follows is about a process that could not register when it was loaded.
// It registers once, with its first arena: ctest runs each test in a process of
// its own.

TEST_CASE("When it cannot be told of forks an arena is not made") {
  ArenaOptions O = smallOptions();
  // Behind its reservation, whose number of calls depends on the position.
  for (size_t Nth = 1;; ++Nth) {
    std::string Outcome = inChild([&]() -> std::string {
      plan({Nth});
      ProcessUse Before;
      std::string Message;
      {
        Armed On;
        if (auto A = Arena::create(O); !A)
          Message = llvm::toString(A.takeError());
      }
      if (!wasHit())
        return "not called";
      if (hitCall() != SystemCall::PthreadAtfork)
        return "another call";
      if (bytesMapped())
        return "address space is lost";
      // The next one can.
      if (auto A = Arena::create(O); !A)
        return llvm::toString(A.takeError());
      return Message;
    });
    if (Outcome == "another call")
      continue;
    if (Outcome == "not called")
      WARN("NOT RUN: this process has registered before");
    else
      CHECK(mentions(Outcome, {"jitslab: cannot register for forks",
                               "Cannot allocate memory"}));
    return;
  }
}

/// Runs \p Body in a child, which has made no arena. Who waits for ever there
/// is killed.
template <typename Fn> static void checkInNewProcess(Fn Body) {
  ChildOutcome Outcome = runInChild([&] {
    alarm(60);
    bool IsFirst = false;
    atNextPthreadAtfork([&] { IsFirst = true; });
    llvm::cantFail(registerForkHandlers());
    return IsFirst ? 0 : 1;
  });
  if (!Outcome.passed()) {
    WARN("NOT RUN: this process has registered before");
    return;
  }
  Outcome = runInChild([&] {
    alarm(60);
    return Body() ? 0 : 1;
  });
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
}

static bool canMakeArena() {
  auto A = Arena::create(smallOptions());
  return A ? true : (llvm::consumeError(A.takeError()), false);
}

TEST_CASE("A fork while another thread registers leaves the child able to") {
  checkInNewProcess([] {
    std::atomic<bool> Begun{false}, Forked{false};
    atNextPthreadAtfork([&] {
      Begun = true;
      while (!Forked)
        std::this_thread::yield();
    });
    std::thread Other(canMakeArena);
    while (!Begun)
      std::this_thread::yield();
    ChildOutcome Child = runInChild([] {
      alarm(20);
      return canMakeArena() ? 0 : 1;
    });
    Forked = true;
    Other.join();
    return Child.passed();
  });
}

TEST_CASE("Threads that register at the same time are told of a fork once") {
  checkInNewProcess([] {
    bool Met = false;
    // As another thread would, between the question whether and the call.
    atNextPthreadAtfork([&] { Met = canMakeArena(); });
    auto A = Arena::create(smallOptions());
    if (!A || !Met)
      return false;
    const uint32_t Before = forkCount();
    for (uint32_t I = 0; I != 3; ++I) {
      ChildOutcome Child = runInChild([&] {
        alarm(20);
        bool Ok = forkCountAtBirth() == Before + I + 1 &&
                  (*A)->allocate(footprint(100, 8, 8)) && canMakeArena();
        return Ok && runInChild([&] { return (*A)->verify() ? 0 : 1; }).passed()
                   ? 0
                   : 1;
      });
      if (!Child.passed() || forkCount() != Before + I + 1 ||
          !(*A)->allocate(footprint(100, 8, 8)))
        return false;
    }
    return true;
  });
}

TEST_CASE("The audit of what was loaded says when it cannot read it") {
  auto A = arenaWith(Layout::PerProtection);
  ReservingMemoryManager Manager(A);
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.loadAll({"first", "tiny"}));
  // Without a fault, and so that what is kept is made.
  size_t Checked = 0;
  for (const AuditResult &R : valueOf(Linker.audit()))
    Checked += R.Checked;
  REQUIRE(Checked > 0);
  (void)llvm::inconvertibleErrorCode(); // LLVM 14 makes it once, on the heap.
  plan({1});
  {
    Armed On;
    llvm::consumeError(Linker.audit().takeError());
  }
  size_t Faults = 0, WithError = 0;
  for (size_t Nth = 1, Ways = 1; Ways; ++Nth)
    for (size_t Way = 0; Way != Ways; ++Way) {
      plan({Nth, Way});
      ProcessUse Before;
      bool Failed = false;
      size_t CheckedNow = 0;
      {
        Armed On;
        auto Results = Linker.audit();
        Failed = !Results;
        if (Results)
          for (const AuditResult &R : *Results) {
            CheckedNow += R.Checked;
            Failed |= !R.Problems.empty();
          }
        llvm::consumeError(Results.takeError());
      }
      // Before anything of Catch2's is on the heap.
      std::string Leaked = ProcessUse().leakedSince(Before);
      INFO("call " << Nth << ": " << describeHit());
      CHECK(Leaked == "");
      if (!wasHit()) {
        Ways = 0;
        break;
      }
      Ways = failuresOf(hitCall());
      // What could not be read is not taken for right.
      CHECK((Failed || CheckedNow == Checked));
      ++Faults;
      WithError += Failed;
    }
  WARN("Audit: " << Faults << " faults, " << WithError << " ended in an error");
  CHECK(Faults > 10);
}

namespace {
/// What became of a file of four slabs that is made, charged and emptied.
struct FileUse {
  std::error_code Made, Charged, Emptied;
  /// Bytes, then.
  size_t WhenCharged = 0, WhenEmptied = 0;
  size_t Calls = 0;

  static constexpr size_t Slabs = 4;

  explicit FileUse(const Fault &F) {
    plan(F);
    SharedMemory M = make();
    if (Made)
      return;
    {
      Armed On;
      Charged = charge(M, 0, Slabs * SlabSize);
    }
    WhenCharged = bytesOf(M);
    {
      Armed On;
      Emptied = punchHole(M, 0, Slabs * SlabSize);
    }
    WhenEmptied = bytesOf(M);
    close(M.Descriptor);
    Calls = callsSeen();
  }

private:
  SharedMemory make() {
    Armed On;
    auto M = createSharedFile(Slabs * SlabSize, "jitslab");
    Made = M.getError();
    if (!M)
      return {};
    (void)removesWhatIsMapped(*M, pageSize());
    return *M;
  }
  static size_t bytesOf(const SharedMemory &M) {
    struct stat Status;
    return fstat(M.Descriptor, &Status) ? SIZE_MAX
                                        : size_t(Status.st_blocks) * 512;
  }
};
} // namespace

TEST_CASE("What signals interrupt of a file of memory is repeated") {
  const size_t Undisturbed = FileUse({0, 0, false, EINTR}).Calls;
  REQUIRE(Undisturbed > FileUse::Slabs);
  for (size_t Nth = 1; Nth <= Undisturbed; ++Nth) {
    FileUse Use({Nth, 0, false, EINTR});
    INFO("call " << Nth << ": " << describeHit());
    CHECK(wasHit());
    CHECK_FALSE(Use.Made);
    CHECK_FALSE(Use.Charged);
    CHECK_FALSE(Use.Emptied);
    CHECK(Use.WhenCharged == FileUse::Slabs * SlabSize);
    CHECK(Use.WhenEmptied == 0);
    CHECK(Use.Calls == Undisturbed + 2);
  }
}

// So that one that comes again and again does not keep it from ending.
TEST_CASE("A signal interrupts the charge of one slab, and who refuses one "
          "gets all back") {
  size_t Refused = 0;
  for (size_t Nth = 1;; ++Nth) {
    FileUse Use({Nth, 0, false, ENOSPC});
    if (!wasHit())
      break;
    INFO("call " << Nth << ": " << describeHit());
    if (!Use.Charged)
      continue;
    ++Refused;
    CHECK(Use.Charged == std::errc::not_enough_memory);
    CHECK(Use.WhenCharged == 0);
  }
  CHECK(Refused == FileUse::Slabs);
}

// Dense makes its writer views private in the child, where nothing can be
// reported: what is refused there must not reach the parent.
TEST_CASE("Whichever call fails in a forked child the parent's code is safe") {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  size_t Faults = 0;
  // Mappings of a sanitizer's are read in many calls.
  const bool Reduced = JITSLAB_HAS_SHADOW_MEMORY || runsUnderEmulator();
  const size_t Step = Reduced ? 13 : 1;
  for (size_t Nth = 1, Ways = 1; Ways; Nth += Step)
    for (size_t Way = 0; Way != Ways; ++Way) {
      auto A = valueOf(Arena::create(O));
      Allocation Sealed = valueOf(A->allocate(footprint(100, 8, 8)));
      writeFunction(Sealed[SegmentKind::Code].Working, 7);
      REQUIRE_SUCCESS(sealOne(*A, Sealed));
      Allocation Open = valueOf(A->allocate(footprint(100, 8, 8)));
      uint8_t *Working = Open[SegmentKind::Code].Working;
      writeFunction(Working, 8);
      plan({Nth, Way});
      ChildOutcome Outcome;
      {
        Armed On;
        Outcome = runInChild([&] {
          // What a thread of the parent was writing, or traps.
          memset(Working, 0, FunctionSize);
          auto More = A->allocate(footprint(100, 8, 8));
          bool Ok = true;
          if (More) {
            writeFunction((*More)[SegmentKind::Code].Working, 9);
            if (llvm::Error Err = sealOne(*A, *More))
              llvm::consumeError(std::move(Err));
            else
              Ok &= callFunction((*More)[SegmentKind::Code].Executor) == 9;
          } else {
            llvm::consumeError(More.takeError());
          }
          Ok &= callFunction(Sealed[SegmentKind::Code].Executor) == 7;
          Ok &= A->verify();
          return !Ok ? 1 : !wasHit() ? 2 : 10 + int(failuresOf(hitCall()));
        });
      }
      int Status = WEXITSTATUS(Outcome.Status);
      INFO("call " << Nth << " in way " << Way << ": " << Outcome.describe());
      REQUIRE(WIFEXITED(Outcome.Status));
      REQUIRE(Status != 1);
      REQUIRE_SUCCESS(sealOne(*A, Open));
      CHECK(callFunction(Open[SegmentKind::Code].Executor) == 8);
      CHECK(callFunction(Sealed[SegmentKind::Code].Executor) == 7);
      if (Status == 2) {
        Ways = 0;
        break;
      }
      Ways = Reduced ? 1 : size_t(Status - 10);
      ++Faults;
    }
  WARN("fork: " << Faults << " faults in the child");
  CHECK(Faults > 0);
}
