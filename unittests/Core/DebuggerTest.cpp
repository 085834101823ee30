//===- DebuggerTest.cpp - Code that a debugger has written to -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Debuggers write breakpoints through access rights, as
// VirtualMemory::overwrite does.
//
//===----------------------------------------------------------------------===//

#include "Platform/CodeMemory.h"
#include "Support/ArenaFixture.h"
#include "Support/Child.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include <cstring>

using namespace jitslab;

namespace {

/// Whole instructions of every processor.
constexpr size_t BreakpointSize = 4;

/// An arena whose code lies in the order in which it is loaded, and the system
/// that it asks.
struct Debugged {
  TestMemory Memory;
  std::shared_ptr<Arena> A;

  explicit Debugged(Layout L = Layout::Dense) {
    ArenaOptions O = smallOptions();
    O.ObjectLayout = L;
    A = valueOf(ArenaAccess::create(O, Memory));
  }

  Allocation allocate(uint16_t Value, size_t Size = 64) {
    Allocation Object = valueOf(A->allocate(footprint(Size, 0, 0)));
    writeFunction(Object[SegmentKind::Code].Working, Value);
    return Object;
  }
  Allocation load(uint16_t Value, size_t Size = 64) {
    Allocation Object = allocate(Value, Size);
    REQUIRE_SUCCESS(sealOne(*A, Object));
    return Object;
  }
};

uint8_t *codeOf(const Allocation &A) {
  return reinterpret_cast<uint8_t *>(A[SegmentKind::Code].Executor);
}

/// Behind the function, so that it can be called.
uint8_t *behind(const Allocation &A) { return codeOf(A) + FunctionSize; }

void setBreakpoint(const uint8_t *Where) {
  alignas(BreakpointSize) uint8_t Traps[BreakpointSize];
  fillWithTraps(Traps, sizeof(Traps));
  REQUIRE(!VirtualMemory::system().overwrite(reinterpret_cast<uintptr_t>(Where),
                                             Traps, sizeof(Traps)));
}

bool hasBreakpoint(const uint8_t *Where) {
  return holdsTraps(Where, BreakpointSize);
}

bool isOnPageOf(const Allocation &A, const Allocation &B) {
  return A[SegmentKind::Code].Executor / pageSize() ==
         B[SegmentKind::Code].Executor / pageSize();
}

bool showsWhatIsWritten(const Allocation &A) {
  return memcmp(codeOf(A), A[SegmentKind::Code].Working, FunctionSize) == 0;
}

} // namespace

TEST_CASE("A debugger can write breakpoints into the code of every layout") {
  Debugged D(anyLayout());
  Allocation Object = D.load(1);
  setBreakpoint(behind(Object));
  CHECK(hasBreakpoint(behind(Object)));
  CHECK(callFunction(Object[SegmentKind::Code].Executor) == 1);
}

TEST_CASE("What is loaded on a page with a breakpoint runs as it was written, "
          "and the breakpoint stays") {
  Debugged D;
  Allocation First = D.load(1);
  setBreakpoint(behind(First));
  Allocation Second = D.allocate(2);
  REQUIRE(isOnPageOf(First, Second));
  // Control: the page is a copy.
  REQUIRE(!showsWhatIsWritten(Second));
  REQUIRE_SUCCESS(sealOne(*D.A, Second));
  CHECK(callFunction(Second[SegmentKind::Code].Executor) == 2);
  CHECK(callFunction(First[SegmentKind::Code].Executor) == 1);
  CHECK(hasBreakpoint(behind(First)));
}

TEST_CASE("Where memory cannot be overwritten, breakpoints go and code is "
          "right") {
  Debugged D;
  Allocation First = D.load(1);
  setBreakpoint(behind(First));
  Allocation Second = D.allocate(2);
  D.Memory.FailNth = 1;
  D.Memory.FailWith = EIO;
  REQUIRE_SUCCESS(sealOne(*D.A, Second));
  CHECK(callFunction(Second[SegmentKind::Code].Executor) == 2);
  CHECK(callFunction(First[SegmentKind::Code].Executor) == 1);
  CHECK(!hasBreakpoint(behind(First)));
}

TEST_CASE("Code that cannot be made to show is an error, and sealing can be "
          "repeated") {
  Debugged D;
  Allocation First = D.load(1);
  setBreakpoint(behind(First));
  Allocation Second = D.allocate(2);
  D.Memory.FailNth = 1;
  D.Memory.FailWith = EACCES;
  D.Memory.KeepFailing = true;
  CHECK(llvm::errorToErrorCode(sealOne(*D.A, Second)) ==
        std::errc::permission_denied);
  CHECK(Second[SegmentKind::Code].Working != nullptr);
  D.Memory.FailNth = 0;
  REQUIRE_SUCCESS(sealOne(*D.A, Second));
  CHECK(callFunction(Second[SegmentKind::Code].Executor) == 2);
}

TEST_CASE("A breakpoint that is set while an object is being linked stays") {
  Debugged D;
  // The page is a copy, and where the object will lie traps are left.
  Allocation First = D.load(1);
  setBreakpoint(behind(First));
  D.load(2).release();
  Allocation Second = D.allocate(3);
  uint8_t *Written = Second[SegmentKind::Code].Working;
  memset(Written + FunctionSize, 0, 2 * BreakpointSize);
  ArenaAccess::show(*D.A, Second);
  CHECK(showsWhatIsWritten(Second));
  setBreakpoint(behind(Second));
  // What a relocation changes after the debugger was told.
  Written[FunctionSize + BreakpointSize] = 5;
  Allocation *Objects[] = {&Second};
  REQUIRE_SUCCESS(ArenaAccess::sealShown(*D.A, Objects));
  CHECK(callFunction(Second[SegmentKind::Code].Executor) == 3);
  CHECK(hasBreakpoint(behind(Second)));
  CHECK(behind(Second)[BreakpointSize] == 5);
  CHECK(hasBreakpoint(behind(First)));
}

TEST_CASE("Code of several pages runs as it was written where some of them "
          "have breakpoints") {
  // So few are compared, so many are asked for first.
  const size_t Pages = GENERATE(5, 600);
  if (Pages == 600 && runsUnderEmulator()) {
    WARN("NOT RUN: the emulator's pages are not those of /proc/self/pagemap");
    return;
  }
  Debugged D;
  const size_t Size = Pages * pageSize();
  {
    Allocation Old = D.load(1, Size);
    setBreakpoint(codeOf(Old) + pageSize() + 100);
    setBreakpoint(codeOf(Old) + 4 * pageSize());
  }
  Allocation New = valueOf(D.A->allocate(footprint(Size, 0, 0)));
  uint8_t *Written = New[SegmentKind::Code].Working;
  for (size_t I = 0; I != Size; ++I)
    Written[I] = uint8_t(I * 7);
  const size_t Before = D.Memory.Calls.Overwrite;
  REQUIRE_SUCCESS(sealOne(*D.A, New));
  CHECK(memcmp(codeOf(New), Written, Size) == 0);
  // The others are shared still.
  CHECK(D.Memory.Calls.Overwrite - Before == 2);
}

TEST_CASE("Freed code is traps, also on a page with a breakpoint") {
  Debugged D(anyLayout());
  Allocation Other = D.load(1), Freed = D.load(2);
  setBreakpoint(behind(Other));
  setBreakpoint(behind(Freed));
  const uint8_t *Code = codeOf(Freed);
  Freed.release();
  if (D.A->options().ObjectLayout == Layout::PerProtection)
    CHECK(*Code == 0);
  else
    CHECK(holdsTraps(Code, FunctionSize));
  CHECK(callFunction(Other[SegmentKind::Code].Executor) == 1);
}

TEST_CASE("Pages with breakpoints go when their slab is given back") {
  Debugged D;
  Allocation First = D.load(1);
  uintptr_t Address = First[SegmentKind::Code].Executor;
  setBreakpoint(behind(First));
  First.release();
  CHECK(D.A->trim() != 0);
  Allocation Next = D.allocate(2);
  REQUIRE(Next[SegmentKind::Code].Executor == Address);
  CHECK(showsWhatIsWritten(Next));
}

TEST_CASE("After a fork both processes run what they load beside a "
          "breakpoint") {
  Debugged D;
  Allocation First = D.load(1);
  setBreakpoint(behind(First));
  auto LoadAndCall = [&](uint16_t Value) {
    Allocation More = D.load(Value);
    return callFunction(More[SegmentKind::Code].Executor) == Value &&
           callFunction(First[SegmentKind::Code].Executor) == 1 &&
           hasBreakpoint(behind(First));
  };
  ChildOutcome Child = runInChild([&] { return LoadAndCall(2) ? 0 : 1; });
  INFO(Child.describe());
  CHECK(Child.passed());
  CHECK(LoadAndCall(3));
}

TEST_CASE("Without a debugger no page is a copy, and nothing is overwritten") {
  Debugged D;
  std::vector<Allocation> Objects;
  Objects.push_back(D.load(1));
  const size_t Before = D.Memory.Calls.Overwrite;
  for (uint16_t I = 0; I != 300; ++I) {
    Objects.push_back(D.allocate(I));
    CHECK(showsWhatIsWritten(Objects.back()));
    REQUIRE_SUCCESS(sealOne(*D.A, Objects.back()));
    if (I % 3 == 0)
      Objects.erase(Objects.begin() + I / 3);
  }
  CHECK(D.Memory.Calls.Overwrite == Before);
}
