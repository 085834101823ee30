//===- RefusalsTest.cpp - What the system may refuse ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/Errors.h"
#include "Platform/AddressSpace.h"
#include "Platform/Fork.h"
#include "Platform/ProcFile.h"
#include "Platform/ProcessWide.h"
#include "Support/ArenaFixture.h"
#include "Support/Child.h"
#include "Support/HardenedHost.h"
#include "Support/Process.h"
#include "Support/RunProgram.h"
#include "llvm/Support/MathExtras.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace jitslab;

static VirtualMemory &System = VirtualMemory::system();

static ReservationRequest request(size_t Size, size_t Align) {
  ReservationRequest R;
  R.Size = Size;
  R.Align = Align;
  return R;
}

TEST_CASE("Calls on half a page fail with an errno") {
  ReservationRequest R = request(SlabSize, SlabSize);
  uintptr_t Start = *System.reserve(R);
  CHECK(System.release(Start + 1, R.Size, 0));
  CHECK(System.unmap(Start + 1, pageSize()));
  SharedMemory M = *System.createShared(SlabSize, "jitslab");
  CHECK(System.discardShared(Start + 1, pageSize(), M, 1));
  System.closeShared(M);
  CHECK(!System.release(Start, R.Size, 0));
}

TEST_CASE("Shared memory whose descriptor the host closed is not mapped") {
  ReservationRequest R = request(SlabSize, SlabSize);
  uintptr_t Start = *System.reserve(R);
  SharedMemory M = *System.createShared(SlabSize, "jitslab");
  close(M.Descriptor);
  auto Map = [&] {
    return System.mapShared(Start, pageSize(), Access::ReadOnly, M, 0,
                            Sharing::Shared);
  };
  CHECK(Map() == std::errc::bad_file_descriptor);
  // The number is another file's now: of another device, or of the same one.
  int Null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(Null == M.Descriptor);
  CHECK(Map() == std::errc::bad_file_descriptor);
  close(Null);
  SharedMemory Other = *System.createShared(SlabSize, "jitslab");
  REQUIRE(Other.Descriptor == M.Descriptor);
  CHECK(Map() == std::errc::bad_file_descriptor);
  // Nor is it closed on behalf of the old one.
  System.closeShared(M);
  CHECK(fcntl(Other.Descriptor, F_GETFD) >= 0);
  System.closeShared(Other);
  CHECK(fcntl(Other.Descriptor, F_GETFD) < 0);
  CHECK(!System.release(Start, R.Size, 0));
}

TEST_CASE("Shared memory of an impossible size is refused and leaves nothing") {
  int Before = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(Before);
  // Negative, as the size of a file.
  CHECK(!System.createShared(SIZE_MAX - SlabSize + 1, "jitslab"));
  int After = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(After);
  CHECK(After == Before);
}

TEST_CASE("Kernels that do not know MFD_EXEC make shared memory without it") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator has no seccomp filters");
    return;
  }
  CHECK(runInChild([] {
          if (!denyExecFlagOfMemfd())
            return 1;
          llvm::ErrorOr<SharedMemory> M =
              System.createShared(SlabSize, "jitslab");
          if (!M)
            return 2;
          System.closeShared(*M);
          return 0;
        }).describe() == "exit status 0");
}

TEST_CASE("A process that synchronizes its threads is registered for it") {
  constexpr int SyncCore = 1 << 5; // uapi/linux/membarrier.h
  long Known = syscall(SYS_membarrier, 0, 0, 0);
  if (Known < 0 || !(Known & SyncCore)) {
    WARN("NOT RUN: the system does not offer it");
    return;
  }
  System.synchronizeThreads();
  CHECK(syscall(SYS_membarrier, SyncCore, 0, 0) == 0);
  // So are its children.
  CHECK(runInChild([] {
          return syscall(SYS_membarrier, SyncCore, 0, 0) == 0 ? 0 : 1;
        }).passed());
}

TEST_CASE("Where others are always faster reservations lie elsewhere or fail") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator has no seccomp filters");
    return;
  }
  CHECK(runInChild([] {
          if (!denyFixedMappings())
            return 1;
          ReservationRequest R = request(SlabSize, SlabSize);
          R.Unpredictable = true;
          if (!System.reserve(R))
            return 2;
          R.Unpredictable = false;
          R.Low = uintptr_t(1) << 32;
          R.High = uintptr_t(1) << 40;
          return System.reserve(R).getError() ==
                         std::errc::address_not_available
                     ? 0
                     : 3;
        }).describe() == "exit status 0");
}

TEST_CASE("Reservations that no gap has room for are refused") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: 32 TiB, whose pages the emulator keeps tables of");
  } else {
    // Only some of the gaps are large enough.
    ReservationRequest R = request(size_t(1) << 45, SlabSize);
    R.Unpredictable = true;
    if (llvm::ErrorOr<uintptr_t> Start = System.reserve(R))
      CHECK(!System.release(*Start, R.Size, 0));
    // Few positions are aligned enough.
    R = request(SlabSize, size_t(1) << 46);
    R.Unpredictable = true;
    if (llvm::ErrorOr<uintptr_t> Start = System.reserve(R)) {
      CHECK(*Start % R.Align == 0);
      CHECK(!System.release(*Start, R.Size, 0));
    }
  }
  // None are, between two addresses.
  ReservationRequest R = request(SlabSize, size_t(1) << 46);
  R.Low = (size_t(1) << 46) + SlabSize;
  R.High = R.Low + (size_t(1) << 36);
  CHECK(System.reserve(R).getError() == std::errc::address_not_available);
  // The sum of size and what alignment may cost overflows.
  CHECK(System.reserve(request(SIZE_MAX - SlabSize + 1, 2 * SlabSize))
            .getError() == std::errc::not_enough_memory);
}

TEST_CASE("Lines that are longer than any mapping's are cut") {
  std::string Long(20000, 'x');
  TemporaryFile File("first\n" + Long + "\nlast");
  std::vector<std::string> Lines;
  REQUIRE(forEachLine(File.path().c_str(), [&](llvm::StringRef Line) {
    Lines.push_back(Line.str());
  }));
  CHECK(Lines.front() == "first");
  CHECK(Lines.back() == "last");
  std::string All;
  for (size_t I = 1; I + 1 < Lines.size(); ++I)
    All += Lines[I];
  CHECK(Lines.size() > 3);
  CHECK(All == Long);
  CHECK(!forEachLine("/no/such/file", [](llvm::StringRef) {}));
}

namespace {
/// Takes so long to make that two threads do it at once.
struct MadeTwice {
  static std::atomic<int> Begun;
  MadeTwice() {
    for (++Begun; Begun < 2;)
      std::this_thread::yield();
  }
};
std::atomic<int> MadeTwice::Begun{0};
} // namespace

TEST_CASE("Threads that make what a process has one of get the same one") {
  MadeTwice *Results[2];
  std::thread Other([&] { Results[1] = &processWide<MadeTwice>(); });
  Results[0] = &processWide<MadeTwice>();
  Other.join();
  CHECK(MadeTwice::Begun == 2);
  CHECK(Results[0] == Results[1]);
}

TEST_CASE("Arenas that go in the order in which they came hear of forks") {
  std::shared_ptr<Arena> Arenas[4];
  for (auto &A : Arenas)
    A = valueOf(Arena::create(smallOptions()));
  auto ForksWell = [] { return runInChild([] { return 0; }).passed(); };
  uint32_t Before = forkCount();
  for (size_t I : {0, 2, 1, 3}) {
    CHECK(ForksWell());
    Arenas[I].reset();
  }
  CHECK(ForksWell());
  // While there was a listener, that is at all times.
  CHECK(forkCount() == Before + 5);
}

TEST_CASE("A limit of data is explained") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator ignores limits");
    return;
  }
  auto Explain = [] {
    return explainFailure(std::make_error_code(std::errc::not_enough_memory));
  };
  CHECK(mentions(inChild([&]() -> std::string {
                   rlimit Limit = {size_t(1) << 40, size_t(1) << 40};
                   if (setrlimit(RLIMIT_DATA, &Limit))
                     return "no limit";
                   return Explain();
                 }),
                 {"RLIMIT_DATA"}));
}
