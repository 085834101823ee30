//===- HardenedHostTest.cpp - Processes that may do less ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/HardenedHost.h"
#include "Platform/SharedFile.h"
#include "Support/ArenaFixture.h"
#include "Support/Child.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include "Support/TestMemory.h"
#include <algorithm>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace jitslab;

namespace {

/// Loads and runs code in an arena of layout \p L. \returns what failed, empty
/// if nothing did.
std::string loadAndRun(Layout L) {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = L;
  auto A = Arena::create(O);
  if (!A)
    return "create: " + llvm::toString(A.takeError());
  std::vector<Allocation> Live;
  for (uint16_t I = 0; I != 200; ++I) {
    auto Object = (*A)->allocate(footprint(1000, 100, 100));
    if (!Object)
      return "allocate: " + llvm::toString(Object.takeError());
    writeFunction((*Object)[SegmentKind::Code].Working, I);
    if (llvm::Error Err = sealOne(**A, *Object))
      return "seal: " + llvm::toString(std::move(Err));
    if (callFunction((*Object)[SegmentKind::Code].Executor) != I)
      return "wrong result";
    if (I % 2)
      Live.push_back(std::move(*Object));
  }
  Live.clear();
  (*A)->trim();
  return {};
}

constexpr const char *Unavailable = "this system does not know it";

/// loadAndRun where \p Deny has forbidden something.
std::string underRule(bool (*Deny)(), Layout L) {
  return inChild([&] { return Deny() ? loadAndRun(L) : Unavailable; });
}

bool isNotRun(const std::string &Outcome) {
  if (Outcome != Unavailable)
    return false;
  WARN("NOT RUN: " << Outcome);
  return true;
}

} // namespace

TEST_CASE("Dense works where written memory never becomes executable") {
  auto Deny = GENERATE(denyWriteExecute, denyWriteExecuteWithSeccomp);
  std::string Outcome = underRule(Deny, Layout::Dense);
  if (!isNotRun(Outcome))
    CHECK(Outcome == "");
}

TEST_CASE("The other layouts say there that Dense would work") {
  auto Deny = GENERATE(denyWriteExecute, denyWriteExecuteWithSeccomp);
  std::string Outcome = underRule(Deny, remappingLayout());
  if (!isNotRun(Outcome))
    CHECK(mentions(Outcome, {"seal: ", "PR_SET_MDWE", "MemoryDenyWriteExecute",
                             "use Layout::Dense"}));
}

TEST_CASE("Without memfd_create Dense is an error that names other layouts") {
  std::string Outcome = underRule(denyMemfd, Layout::Dense);
  if (isNotRun(Outcome))
    return;
  CHECK(mentions(Outcome, {"create: ", "Operation not permitted", "memfd",
                           "seccomp", "use Layout::PerProtection"}));
  CHECK(underRule(denyMemfd, Layout::PerProtection) == "");
}

TEST_CASE("Dense is an error where nothing may be mapped executable") {
  std::string Outcome = underRule(denyExecutableMappings, Layout::Dense);
  if (!isNotRun(Outcome))
    CHECK(mentions(Outcome, {"create: ", "Permission denied", "executable",
                             "use Layout::PerProtection"}));
}

TEST_CASE("Dense gives memory back where the system lacks MADV_REMOVE") {
  std::string Outcome = underRule(denyRemoval, Layout::Dense);
  if (!isNotRun(Outcome))
    CHECK(Outcome == "");
}

TEST_CASE("A system that says it removes memory and does not is found out") {
  const bool Pretends = GENERATE(false, true);
  if (!Pretends && runsUnderEmulator())
    return; // It pretends.
  std::string Outcome = inChild([&]() -> std::string {
    if (Pretends && !pretendRemoval())
      return Unavailable;
    const size_t Page = pageSize();
    auto M = createSharedFile(2 * Page, "jitslab-test", Seals::SizeOnly);
    if (!M)
      return M.getError().message();
    const bool Removes = removesWhatIsMapped(*M, Page);
    char Byte = 1;
    if (pwrite(M->Descriptor, &Byte, 1, off_t(Page)) != 1 ||
        punchHole(*M, Page, Page) ||
        pread(M->Descriptor, &Byte, 1, off_t(Page)) != 1)
      return "the file does not work";
    if (Byte)
      return "it cannot punch holes either";
    return Removes ? "removes" : "pretends";
  });
  if (!isNotRun(Outcome))
    CHECK(Outcome == (Pretends ? "pretends" : "removes"));
}

TEST_CASE("Dense gives memory back where the system pretends to remove it") {
  // The system is asked once, by the process that has the first such arena.
  std::string Outcome = inChild([&]() -> std::string {
    ArenaOptions O = smallOptions(/*Grow=*/false);
    O.ObjectLayout = Layout::Dense;
    if (!pretendRemoval())
      return Unavailable;
    auto A = Arena::create(O);
    if (!A)
      return "create: " + llvm::toString(A.takeError());
    // Slabs that are given back go to another lane of the same file.
    for (SegmentKind K : {SegmentKind::ROData, SegmentKind::Code}) {
      Footprint F;
      F[K].Size = 3 * SlabSize;
      Allocation Object = llvm::cantFail((*A)->allocate(F));
      const uint8_t *Memory = Object[K].Working;
      if (std::count(Memory, Memory + Object[K].Size, 0) !=
          ptrdiff_t(Object[K].Size))
        return "what was given back is there again";
      std::fill_n(Object[K].Working, Object[K].Size, uint8_t(K) + 1);
    }
    return {};
  });
  if (!isNotRun(Outcome))
    CHECK(Outcome == "");
}

TEST_CASE("Dense names what is missing where no shared memory is given back") {
  std::string Outcome = underRule(denyRemovalAndPunching, Layout::Dense);
  if (!isNotRun(Outcome))
    CHECK(mentions(Outcome, {"create: ", "MADV_REMOVE", "FALLOC_FL_PUNCH_HOLE",
                             "use Layout::PerProtection"}));
}

TEST_CASE("In a host without stdio no descriptor takes its place") {
  std::string Outcome = inChild([] {
    for (int D : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      close(D);
    ArenaOptions O = smallOptions();
    O.ObjectLayout = Layout::Dense;
    auto A = Arena::create(O);
    if (!A)
      return llvm::toString(A.takeError());
    auto Object = (*A)->allocate(footprint(1000, 100, 100));
    if (!Object)
      return llvm::toString(Object.takeError());
    writeFunction((*Object)[SegmentKind::Code].Working, 5);
    for (int D : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      if (write(D, "printed", 7) != -1 || fcntl(D, F_GETFD) != -1)
        return "descriptor " + std::to_string(D) + " is there";
    if (llvm::Error Err = sealOne(**A, *Object))
      return llvm::toString(std::move(Err));
    return callFunction((*Object)[SegmentKind::Code].Executor) == 5
               ? std::string()
               : "other code";
  });
  CHECK(Outcome == "");
}

TEST_CASE("vm.memfd_noexec makes Dense an error that names it") {
  std::string Outcome = inChild([] {
    if (!enterProcessNamespace())
      return std::string(Unavailable);
    return underRule(denyExecutableMemfds, Layout::Dense);
  });
  if (!isNotRun(Outcome))
    CHECK(mentions(Outcome, {"create: ", "Permission denied", "vm.memfd_noexec",
                             "use Layout::PerProtection"}));
}

TEST_CASE("A refused Dense arena leaves nothing behind") {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = Layout::Dense;
  bool Refused = true;
  // Each call that creating one makes is refused in turn.
  for (size_t Nth = 1; Refused; ++Nth) {
    TestMemory Memory;
    Memory.FailNth = Nth;
    Memory.FailWith = EPERM;
    auto A = ArenaAccess::create(O, Memory);
    Refused = !A;
    if (A) {
      CHECK(Nth > 5);
      continue;
    }
    CHECK(llvm::errorToErrorCode(A.takeError()) ==
          std::errc::operation_not_permitted);
    CHECK(Memory.OpenReservations == 0);
    CHECK(Memory.OpenShared == 0);
  }
}

TEST_CASE("A limit of file sizes is an error and no signal") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator does not pass this limit on");
    return;
  }
  std::string Outcome = inChild([] {
    rlimit Limit = {4096, 4096};
    setrlimit(RLIMIT_FSIZE, &Limit);
    return loadAndRun(Layout::Dense);
  });
  CHECK(mentions(Outcome, {"create: ", "File too large", "RLIMIT_FSIZE"}));
}

TEST_CASE("Without descriptors to spare Dense is an error") {
  std::string Outcome = inChild([] {
    rlimit Limit = {0, 0};
    setrlimit(RLIMIT_NOFILE, &Limit);
    return loadAndRun(Layout::Dense);
  });
  CHECK(
      mentions(Outcome, {"create: ", "Too many open files", "RLIMIT_NOFILE"}));
}

TEST_CASE("Without descriptors to spare new memory after a fork is an error") {
  std::string Outcome = inChild([] {
    ArenaOptions O = smallOptions();
    // Room beside what the fork leaves to both.
    O.WindowSize = 16 * SlabSize;
    O.ObjectLayout = Layout::Dense;
    auto A = llvm::cantFail(Arena::create(O));
    Allocation Old = llvm::cantFail(A->allocate(footprint(100, 100, 100)));
    // A child takes memory of its own.
    return inChild([&] {
      rlimit Limit = {0, 0};
      setrlimit(RLIMIT_NOFILE, &Limit);
      auto New = A->allocate(footprint(100, 100, 100));
      return New ? "no error" : llvm::toString(New.takeError());
    });
  });
  INFO(Outcome);
  CHECK(mentions(Outcome, {"cannot commit a slab", "Too many open files",
                           "RLIMIT_NOFILE"}));
}

TEST_CASE(
    "A host that closes strange descriptors gets an error, not wrong files") {
  std::string Outcome = inChild([] {
    // One window, so one descriptor.
    ArenaOptions O = smallOptions(/*Grow=*/false);
    O.WindowSize = 16 * SlabSize;
    O.ObjectLayout = Layout::Dense;
    auto A = llvm::cantFail(Arena::create(O));
    Allocation Before = llvm::cantFail(A->allocate(footprint(8, 8, 8)));
    writeFunction(Before[SegmentKind::Code].Working, 7);
    llvm::cantFail(sealOne(*A, Before));
    for (int File = 3; File != 100; ++File)
      if (linkTarget("/proc/self/fd/" + std::to_string(File))
              .find("memfd:jitslab") != std::string::npos)
        close(File);
    // The number is somebody else's now.
    for (int I = 0; I != 10; ++I)
      (void)open("/dev/zero", O_RDWR);
    std::string Message;
    std::vector<Allocation> More;
    while (Message.empty()) {
      auto Object = A->allocate(footprint(SlabSize / 2, 8, 8));
      if (Object)
        More.push_back(std::move(*Object));
      else
        Message = llvm::toString(Object.takeError());
    }
    // What was loaded goes on.
    if (callFunction(Before[SegmentKind::Code].Executor) != 7)
      return std::string("wrong result");
    return Message;
  });
  INFO(Outcome);
  CHECK(mentions(Outcome, {"Bad file descriptor", "closed", "memfd:jitslab"}));
}
