//===- RemoteSectionsTest.cpp - Large sections outside, elsewhere ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorProcess.h"
#include "FramedObject.h"
#include "HostileExecutor.h"
#include "PendingObject.h"
#include "Support/Threads.h"
#include "Support/Watchdog.h"
#include "jitslab/Arena.h"
#include <sys/mman.h>

using namespace jitslab;
using namespace llvm;
using namespace llvm::jitlink;
using orc::MemProt;

namespace {

constexpr size_t BlobSize = 4 << 20;

RemoteOptions optionsFor(bool SharedMemory) {
  RemoteOptions O;
  O.SharedMemory = SharedMemory;
  return O;
}

size_t outsideBytes(RemoteJITLinkMemoryManager &M) {
  return M.stats().Memory.OutsideBytes;
}

/// The first four letters of the mapping at \p Where as /proc/PID/maps has
/// them; empty if there is none.
std::string rightsAt(pid_t Pid, orc::ExecutorAddr Where) {
  auto Maps = MemoryBuffer::getFileAsStream("/proc/" + Twine(Pid) + "/maps");
  REQUIRE(Maps);
  SmallVector<StringRef, 0> Lines;
  (*Maps)->getBuffer().split(Lines, '\n');
  for (StringRef Line : Lines) {
    uint64_t Begin, End;
    if (!Line.consumeInteger(16, Begin) && Line.consume_front("-") &&
        !Line.consumeInteger(16, End) && Begin <= Where.getValue() &&
        Where.getValue() < End)
      return Line.ltrim().take_front(4).str();
  }
  return "";
}

bool isMapped(pid_t Pid, orc::ExecutorAddr Where) {
  const std::string Rights = rightsAt(Pid, Where);
  return !Rights.empty() && Rights.front() == 'r';
}

int readByte(pid_t Pid, orc::ExecutorAddr Where) {
  const std::string Path = "/proc/" + std::to_string(Pid) + "/mem";
  std::unique_ptr<FILE, int (*)(FILE *)> File(fopen(Path.c_str(), "rb"),
                                              fclose);
  REQUIRE(File);
  REQUIRE(fseeko(File.get(), off_t(Where.getValue()), SEEK_SET) == 0);
  return fgetc(File.get());
}

} // namespace

TEST_CASE("A large section that only absolute relocations refer to lies "
          "outside the windows of an executor") {
  RemoteOptions O = optionsFor(GENERATE(true, false));
  const char *Object = GENERATE("blob", "blobnear");
  O.OutsideMinSize = GENERATE(size_t(1) << 20, SIZE_MAX);
  CAPTURE(O.SharedMemory, Object, O.OutsideMinSize);
  RemoteJIT J(O);
  J.add(Object);
  CHECK(valueOf(J.call("blob_at", 1)) == 2);
  CHECK(valueOf(J.call("blob_at", BlobSize - 1)) == 99);
  const bool Outside =
      StringRef(Object) == "blob" && O.OutsideMinSize != SIZE_MAX;
  CHECK((outsideBytes(*J.Manager) >= BlobSize) == Outside);
  CHECK((J.Manager->stats().Memory.LiveBytes < BlobSize) == Outside);
  REQUIRE_SUCCESS(J.JIT->getMainJITDylib().clear());
  CHECK(outsideBytes(*J.Manager) == 0);
}

TEST_CASE("Sections outside the windows of an executor have their contents and "
          "their rights") {
  const bool SharedMemory = GENERATE(true, false);
  const bool Writes = GENERATE(true, false);
  CAPTURE(SharedMemory, Writes);
  RemoteSession S(optionsFor(SharedMemory));
  const pid_t Pid = S.Process.pid();
  Loaded Object = valueOf(
      loadOutside(*S.Manager, Writes ? RW : MemProt::Read, OutsideSize + 1));
  CHECK(rightsAt(Pid, Object.Data) ==
        std::string(Writes ? "rw-" : "r--") + (SharedMemory ? "s" : "p"));
  CHECK(readByte(Pid, Object.Data) == FillByte);
  CHECK(readByte(Pid, Object.Data + OutsideSize) == FillByte);
  CHECK(readByte(Pid, Object.Data + OutsideSize + 1) == 0);
  CHECK(outsideBytes(*S.Manager) > OutsideSize);
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(Object.Alloc)));
  CHECK_FALSE(isMapped(Pid, Object.Data));
  CHECK(outsideBytes(*S.Manager) == 0);
}

TEST_CASE("Sections outside go with one message, whatever objects had them") {
  RemoteOptions O = optionsFor(GENERATE(true, false));
  CAPTURE(O.SharedMemory);
  RemoteSession S(O);
  std::vector<JITLinkMemoryManager::FinalizedAlloc> Allocs;
  std::vector<orc::ExecutorAddr> Where;
  for (unsigned I = 0; I != 10; ++I) {
    Loaded Object = valueOf(loadOutside(*S.Manager, RW, OutsideSize));
    Allocs.push_back(std::move(Object.Alloc));
    Where.push_back(Object.Data);
  }
  const size_t Before = S.Manager->stats().Messages;
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(Allocs)));
  CHECK(S.Manager->stats().Messages == Before + 1);
  for (orc::ExecutorAddr Address : Where)
    CHECK_FALSE(isMapped(S.Process.pid(), Address));
}

TEST_CASE("What is abandoned leaves no section outside") {
  RemoteOptions O = optionsFor(GENERATE(true, false));
  CAPTURE(O.SharedMemory);
  RemoteSession S(O);
  auto G = makeGraph();
  Block *Section;
  auto Alloc =
      valueOf(allocateOutside(*S.Manager, *G, RW, OutsideSize, Section));
  CHECK(isMapped(S.Process.pid(), Section->getAddress()));
  Alloc->abandon([](Error Err) { REQUIRE_SUCCESS(std::move(Err)); });
  CHECK_FALSE(isMapped(S.Process.pid(), Section->getAddress()));
  CHECK(outsideBytes(*S.Manager) == 0);
  CHECK(S.Manager->stats().Memory.LiveBytes == 0);
}

TEST_CASE("An object that fails leaves no section outside") {
  RemoteOptions O = optionsFor(GENERATE(true, false));
  CAPTURE(O.SharedMemory);
  orc::ExecutionSession ES(std::make_unique<HostileExecutor>(
      [](HostileExecutor::Bytes &, size_t) {}));
  auto Manager = valueOf(
      RemoteJITLinkMemoryManager::create(ES.getExecutorProcessControl(), O));
  auto G = makeGraph();
  Block *Section;
  auto Alloc = valueOf(allocateOutside(*Manager, *G, RW, OutsideSize, Section));
  G->allocActions().push_back({action(100), {}});
  const size_t Before = Manager->stats().Messages;
  CHECK_THAT(messageOf(Alloc->finalize()), containing("action 100 fails"));
  // The object, and the section.
  CHECK(Manager->stats().Messages == Before + 2);
  CHECK(outsideBytes(*Manager) == 0);
  CHECK(Manager->stats().Memory.LiveBytes == 0);
  Manager.reset();
  REQUIRE_SUCCESS(ES.endSession());
}

TEST_CASE("A variable that no window of an executor's holds lies outside") {
  RemoteOptions O = optionsFor(GENERATE(true, false));
  O.OutsideMinSize = GENERATE(size_t(1) << 20, SIZE_MAX);
  CAPTURE(O.SharedMemory, O.OutsideMinSize);
  RemoteSession S(O);
  auto G = makeGraph();
  Block &Big = addZeros(*G, ".lbss", RW, MaxWindowSize + 1);
  G->addDefinedSymbol(Big, 0, "big", Big.getSize(), Linkage::Strong,
                      Scope::Default, /*IsCallable=*/false, /*IsLive=*/true);
  auto Alloc = S.Manager->allocate(nullptr, *G);
  if (O.OutsideMinSize == SIZE_MAX) {
    CHECK(messageOf(std::move(Alloc)) != "");
    return;
  }
  auto Finalized = valueOf(valueOf(std::move(Alloc))->finalize());
  CHECK(outsideBytes(*S.Manager) > MaxWindowSize);
  CHECK(readByte(S.Process.pid(), Big.getAddress() + MaxWindowSize) == 0);
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(Finalized)));
  CHECK(outsideBytes(*S.Manager) == 0);
}

TEST_CASE("Frames outside the windows of an executor are registered") {
  RemoteOptions O = optionsFor(GENERATE(true, false));
  O.OutsideMinSize = 1;
  CAPTURE(O.SharedMemory);
  RemoteSession S(O);
  auto Alloc = valueOf(loadFramed(*S.Manager));
  CHECK(outsideBytes(*S.Manager) > 0);
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(Alloc)));
  CHECK(outsideBytes(*S.Manager) == 0);
}

TEST_CASE("An executor cannot write what it is to read outside its windows") {
  orc::ExecutionSession ES(std::make_unique<HostileExecutor>(
      [](HostileExecutor::Bytes &, size_t) {}));
  auto Manager = valueOf(
      RemoteJITLinkMemoryManager::create(ES.getExecutorProcessControl()));
  const size_t Page = VirtualMemory::system().pageSize();
  Loaded Constants = valueOf(loadOutside(*Manager, MemProt::Read, OutsideSize));
  Loaded Data = valueOf(loadOutside(*Manager, RW, OutsideSize));
  // The control.
  CHECK(mprotect(Data.Data.toPtr<void *>(), Page, PROT_READ | PROT_WRITE) == 0);
  CHECK(mprotect(Constants.Data.toPtr<void *>(), Page,
                 PROT_READ | PROT_WRITE) == -1);
  // Nor does the controller keep what it has written it by.
  const size_t Before = mappingsOf(getpid(), "rw-s ");
  Loaded More = valueOf(loadOutside(*Manager, MemProt::Read, OutsideSize));
  CHECK(mappingsOf(getpid(), "rw-s ") == Before);
  REQUIRE_SUCCESS(Manager->deallocate(std::move(More.Alloc)));
  REQUIRE_SUCCESS(Manager->deallocate(std::move(Constants.Alloc)));
  REQUIRE_SUCCESS(Manager->deallocate(std::move(Data.Alloc)));
  Manager.reset();
  REQUIRE_SUCCESS(ES.endSession());
}

TEST_CASE("Where an executor says that a section lies has to make sense") {
  const bool SharedMemory = GENERATE(true, false);
  const uint64_t Address = GENERATE(uint64_t(0), uint64_t(0x7f0000000001),
                                    uint64_t(1) << 56, ~uint64_t(0) - 0xfff);
  CAPTURE(SharedMemory, Address);
  bool IsHostile = false;
  orc::ExecutionSession ES(
      std::make_unique<HostileExecutor>([&](HostileExecutor::Bytes &B, size_t) {
        if (IsHostile && B.size() == sizeof(int32_t) + sizeof(Address))
          memcpy(&B[sizeof(int32_t)], &Address, sizeof(Address));
      }));
  auto Manager = valueOf(RemoteJITLinkMemoryManager::create(
      ES.getExecutorProcessControl(), optionsFor(SharedMemory)));
  auto Alloc = valueOf(load(*Manager, 1)).Alloc;
  IsHostile = true;
  CHECK_THAT(messageOf(loadOutside(*Manager, RW, OutsideSize)),
             containing("makes no sense"));
  CHECK_THAT(messageOf(loadOutside(*Manager, RW, OutsideSize)),
             containing("makes no sense"));
  consumeError(Manager->deallocate(std::move(Alloc)));
  CHECK(outsideBytes(*Manager) == 0);
  CHECK(Manager->stats().Memory.LiveBytes == 0);
  Manager.reset();
  REQUIRE_SUCCESS(ES.endSession());
}

TEST_CASE("Sections outside are nothing that keeps a dead executor's memory") {
  const bool SharedMemory = GENERATE(true, false);
  CAPTURE(SharedMemory);
  const size_t DescriptorsBefore = openDescriptors();
  Watchdog Guard("objects with sections outside in a dead executor");
  {
    RemoteSession S(optionsFor(SharedMemory));
    Loaded Object = valueOf(loadOutside(*S.Manager, RW, OutsideSize));
    auto G = makeGraph();
    Block *Section;
    auto Alloc = valueOf(
        allocateOutside(*S.Manager, *G, MemProt::Read, OutsideSize, Section));
    CHECK(outsideBytes(*S.Manager) >= 2 * OutsideSize);
    S.Process.kill();
    CHECK(messageOf(loadOutside(*S.Manager, RW, OutsideSize)) != "");
    CHECK(messageOf(Alloc->finalize()) != "");
    CHECK(toString(S.Manager->deallocate(std::move(Object.Alloc))) != "");
    CHECK(outsideBytes(*S.Manager) == 0);
    CHECK(S.Manager->stats().Memory.LiveBytes == 0);
  }
  CHECK(openDescriptors() == DescriptorsBefore);
}

TEST_CASE("Sections and runs of slabs come to an executor at once") {
  RemoteSession S;
  Watchdog Guard("threads that load into an executor");
  runThreads(4, [&](size_t T, Problems &P) {
    std::vector<JITLinkMemoryManager::FinalizedAlloc> Allocs;
    for (unsigned I = 0; I != 30; ++I) {
      auto Object = T % 2 ? loadOutside(*S.Manager, RW, OutsideSize)
                          : load(*S.Manager, uint16_t(I), 2 * SlabSize);
      if (!P.check(Object.takeError(), "loading"))
        return;
      Allocs.push_back(std::move(Object->Alloc));
    }
    P.check(S.Manager->deallocate(std::move(Allocs)), "deallocating");
  });
  CHECK(outsideBytes(*S.Manager) == 0);
}
