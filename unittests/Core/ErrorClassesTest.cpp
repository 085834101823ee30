//===- ErrorClassesTest.cpp - What kind of error it is --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/AnyArena.h"
#include "Core/Errors.h"
#include "jitslab/ReservingMemoryManager.h"
#include <system_error>

using namespace jitslab;
using llvm::StringRef;

namespace {

/// What is left of an error once it was handled.
struct Handled {
  ArenaShortage Full;
  int Errno = 0;
  std::vector<LimitAdvice> Limits;
  std::string Class, Message;
  std::error_code Code;
};

} // namespace

static Handled handled(llvm::Error Err) {
  Handled H;
  auto Note = [&](const llvm::ErrorInfoBase &E, const char *Class) {
    H.Class = Class;
    H.Message = E.message();
    H.Code = E.convertToErrorCode();
  };
  llvm::handleAllErrors(
      std::move(Err),
      [&](const ArenaFullError &E) {
        H.Full = E.numbers();
        Note(E, "full");
      },
      [&](const SystemRefusalError &E) {
        H.Errno = E.systemErrno();
        H.Limits = E.limits();
        Note(E, "refused");
      },
      [&](const BadOptionError &E) { Note(E, "option"); },
      [&](const llvm::ErrorInfoBase &E) { Note(E, "other"); });
  return H;
}

TEST_CASE("The error of a full arena has the numbers of its message") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions(/*Grow=*/false));
  Allocation Object = valueOf(A->allocate(data(3 * SlabSize)));
  Handled H = handled(A->allocate(data(2 * SlabSize)).takeError());
  CHECK(H.Class == "full");
  CHECK(H.Code == std::errc::not_enough_memory);
  CHECK(H.Full.CodeBytes == 0);
  CHECK(H.Full.RODataBytes == 0);
  CHECK(H.Full.RWDataBytes == 2 * SlabSize);
  CHECK(H.Full.Windows == 1);
  CHECK(H.Full.ReservedBytes == MinWindowSize);
  CHECK(H.Full.LiveBytes == 3 * SlabSize);
  CHECK(H.Full.LargestFreeBytes == SlabSize);
  CHECK(StringRef(H.Message).contains("jitslab: no room"));
}

TEST_CASE("Options and arguments out of range have a class of their own") {
  ArenaOptions Options;
  Options.WindowSize = 1;
  Handled H = handled(Arena::create(Options).takeError());
  CHECK(H.Class == "option");
  CHECK(H.Code == std::errc::invalid_argument);
  CHECK(StringRef(H.Message).contains("WindowSize is 1"));

  ArenaPtr A = valueOf(Arena::create());
  Footprint Odd = data(8);
  Odd[SegmentKind::RWData].Align = 24;
  CHECK(handled(A->allocate(Odd).takeError()).Class == "option");
  Allocation None;
  CHECK(handled(A->seal({&None})).Class == "option");
}

TEST_CASE("A refusal of the system has its errno, the limit and advice") {
  const std::error_code Reason(EMFILE, std::generic_category());
  Handled H = handled(systemError(Reason, "cannot do it"));
  CHECK(H.Class == "refused");
  CHECK(H.Errno == EMFILE);
  CHECK(H.Code == Reason);
  REQUIRE(H.Limits.size() == 1);
  CHECK(H.Limits[0].Limit == SystemLimit::OpenFiles);
  CHECK(StringRef(H.Limits[0].Fact).contains("RLIMIT_NOFILE"));
  CHECK(StringRef(H.Limits[0].Advice).contains("Layout::PerObject"));
  CHECK(H.Message == "jitslab: cannot do it: " + Reason.message() + "; " +
                         H.Limits[0].Fact + ": " + H.Limits[0].Advice);
  // What no limit explains has none.
  H = handled(systemError({EINVAL, std::generic_category()}, "cannot"));
  CHECK(H.Limits.empty());
  CHECK(H.Errno == EINVAL);
}

TEST_CASE("A memory manager's error has the class of the last failure") {
  WindowMemory Memory;
  ReservingMemoryManager Manager(
      makeArena(Memory, smallOptions(/*Grow=*/false)));
  for (size_t Slabs : {1, 2}) {
    Manager.allocateDataSection(MinWindowSize + Slabs * SlabSize, 16, 1,
                                ".data", false);
    Manager.reserveAllocationSpace(0, ReserveAlign(1), 0, ReserveAlign(1), 0,
                                   ReserveAlign(1));
  }
  std::string Reported;
  CHECK(Manager.finalizeMemory(&Reported));
  Handled H = handled(Manager.takeError());
  CHECK(H.Class == "full");
  CHECK(H.Code == std::errc::not_enough_memory);
  CHECK(H.Full.RWDataBytes == MinWindowSize + 2 * SlabSize);
  CHECK(H.Message == Reported);
  CHECK(StringRef(Reported).count('\n') == 1);
  CHECK_FALSE(bool(Manager.takeError()));
}
