//===- RemoteManagerTest.cpp - Objects in another process -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorProcess.h"
#include "LLVMCompat.h"
#include "RemoteObject.h"
#include "jitslab/Arena.h"
#include <future>
#include <sys/resource.h>

using namespace jitslab;
using namespace llvm;
using namespace llvm::jitlink;

static int call(RemoteSession &S, const Loaded &Object) {
  return valueOf(S.epc().runAsIntFunction(Object.Code, 0));
}

static void unload(RemoteSession &S, Loaded Object) {
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(Object.Alloc)));
}

static void unloadAll(RemoteSession &S, std::vector<Loaded> Objects) {
  std::vector<JITLinkMemoryManager::FinalizedAlloc> Allocs;
  for (Loaded &Object : Objects)
    Allocs.push_back(std::move(Object.Alloc));
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(Allocs)));
}

static RemoteOptions optionsOf(bool SharedMemory) {
  RemoteOptions O;
  O.SharedMemory = SharedMemory;
  return O;
}

TEST_CASE("An executor runs what this process links") {
  const bool SharedMemory = GENERATE(true, false);
  CAPTURE(SharedMemory);
  RemoteSession S(optionsOf(SharedMemory));
  Loaded First = valueOf(load(*S.Manager, 41));
  Loaded Second = valueOf(load(*S.Manager, 42));
  CHECK(call(S, First) == 41);
  CHECK(call(S, Second) == 42);
  CHECK(S.Manager->stats().Memory.LiveObjects == 2);
  CHECK(S.Manager->stats().FinalizedObjects == 2);
  unload(S, std::move(First));
  unload(S, std::move(Second));
  CHECK(S.Manager->stats().Memory.LiveBytes == 0);
}

TEST_CASE("Data is what the object says, in the executor") {
  const bool SharedMemory = GENERATE(true, false);
  CAPTURE(SharedMemory);
  RemoteSession S(optionsOf(SharedMemory));
  auto G = makeGraph();
  Block &Data = addSection(*G, "data", RW, 100);
  Block &Zeros = addZeros(*G, "zeros", RW, 4096);
  auto Alloc = valueOf(S.Manager->allocate(nullptr, *G));
  Loaded Object{valueOf(Alloc->finalize()), Data.getAddress(),
                Zeros.getAddress()};
  auto ReadByte = [&](orc::ExecutorAddr Where) {
    auto Path = "/proc/" + std::to_string(S.Process.pid()) + "/mem";
    std::unique_ptr<FILE, int (*)(FILE *)> File(fopen(Path.c_str(), "rb"),
                                                fclose);
    REQUIRE(File);
    REQUIRE(fseeko(File.get(), off_t(Where.getValue()), SEEK_SET) == 0);
    return fgetc(File.get());
  };
  CHECK(ReadByte(Object.Code) == FillByte);
  CHECK(ReadByte(Object.Code + 99) == FillByte);
  CHECK(ReadByte(Object.Data) == 0);
  CHECK(ReadByte(Object.Data + 4095) == 0);
  unload(S, std::move(Object));
}

TEST_CASE("A thousand objects take fewer than ten messages and ten mappings") {
  RemoteSession S;
  const size_t MessagesBefore = S.Manager->stats().Messages;
  std::vector<Loaded> Objects;
  for (unsigned I = 0; I != 1000; ++I)
    Objects.push_back(valueOf(load(*S.Manager, uint16_t(I))));
  CHECK(S.Manager->stats().Messages - MessagesBefore < 10);
  CHECK(S.Manager->stats().WorkMessages == 0);
  CHECK(mappingsOf(S.Process.pid(), "memfd:jitslab") < 10);
  CHECK(call(S, Objects[0]) == 0);
  CHECK(call(S, Objects[999]) == 999);
  const size_t MessagesLoaded = S.Manager->stats().Messages;
  unloadAll(S, std::move(Objects));
  CHECK(S.Manager->stats().Messages == MessagesLoaded);
}

TEST_CASE("Windows in an executor are added when one is full") {
  const bool SharedMemory = GENERATE(true, false);
  CAPTURE(SharedMemory);
  RemoteOptions O = optionsOf(SharedMemory);
  O.WindowSize = MinWindowSize;
  RemoteSession S(O);
  std::vector<Loaded> Objects;
  for (unsigned I = 0; I != 12; ++I)
    Objects.push_back(valueOf(load(*S.Manager, uint16_t(I), SlabSize / 2)));
  CHECK(S.Manager->stats().Memory.Windows > 1);
  for (unsigned I = 0; I != 12; ++I)
    CHECK(call(S, Objects[I]) == int(I));
  unloadAll(S, std::move(Objects));
  S.Manager->trim();
  CHECK(S.Manager->stats().Memory.Windows == 1);
  // And they serve again.
  Loaded Again = valueOf(load(*S.Manager, 7, SlabSize / 2));
  CHECK(call(S, Again) == 7);
  unload(S, std::move(Again));
}

TEST_CASE("A window in an executor that may not be followed by others fills") {
  RemoteOptions O;
  O.WindowSize = MinWindowSize;
  O.Grow = false;
  RemoteSession S(O);
  std::vector<Loaded> Objects;
  for (;;) {
    Expected<Loaded> Object = load(*S.Manager, 1, SlabSize / 2);
    if (!Object) {
      CHECK_THAT(toString(Object.takeError()), containing("no room"));
      break;
    }
    Objects.push_back(std::move(*Object));
    REQUIRE(Objects.size() < 100);
  }
  CHECK(Objects.size() > 1);
  unloadAll(S, std::move(Objects));
  unload(S, valueOf(load(*S.Manager, 1, SlabSize / 2)));
}

TEST_CASE("trim gives back what both processes have mapped") {
  const bool SharedMemory = GENERATE(true, false);
  CAPTURE(SharedMemory);
  RemoteSession S(optionsOf(SharedMemory));
  std::vector<Loaded> Objects;
  for (unsigned I = 0; I != 20; ++I)
    Objects.push_back(valueOf(load(*S.Manager, uint16_t(I), SlabSize)));
  CHECK(S.Manager->stats().Memory.CommittedBytes >= 20 * SlabSize);
  Loaded Kept = valueOf(load(*S.Manager, 99));
  unloadAll(S, std::move(Objects));
  CHECK(S.Manager->trim() > 0);
  // One run of code and one of data stay.
  CHECK(S.Manager->stats().Runs <= 3);
  CHECK(call(S, Kept) == 99);
  unload(S, std::move(Kept));
  S.Manager->trim();
  CHECK(S.Manager->stats().Runs == 0);
  CHECK(S.Manager->stats().MappedBytes == 0);
  if (SharedMemory)
    CHECK(mappingsOf(S.Process.pid(), "memfd:jitslab") == 0);
  Loaded Again = valueOf(load(*S.Manager, 5));
  CHECK(call(S, Again) == 5);
  unload(S, std::move(Again));
}

#ifndef JITSLAB_TESTS_EMULATED
// qemu-user 7.2 goes on with code that it has translated once.
TEST_CASE("Code that replaces freed code in an executor runs") {
  const bool SharedMemory = GENERATE(true, false);
  CAPTURE(SharedMemory);
  RemoteSession S(optionsOf(SharedMemory));
  Loaded First = valueOf(load(*S.Manager, 1));
  CHECK(call(S, First) == 1);
  const orc::ExecutorAddr Where = First.Code;
  unload(S, std::move(First));
  const size_t Before = S.Manager->stats().WorkMessages;
  Loaded Second = valueOf(load(*S.Manager, 2));
  CHECK(Second.Code == Where);
  CHECK(call(S, Second) == 2);
  // Its threads were synchronized before that.
  CHECK(S.Manager->stats().WorkMessages == Before + 1);
  unload(S, std::move(Second));
}
#endif

TEST_CASE("What is abandoned leaves nothing") {
  RemoteSession S;
  Block *Code, *Data;
  auto G = makeObject(Code, Data, /*DataSize=*/8);
  auto Alloc = valueOf(S.Manager->allocate(nullptr, *G));
  CHECK(S.Manager->stats().Memory.LiveBytes != 0);
  std::promise<void> Done;
  Alloc->abandon([&](Error Err) {
    REQUIRE_SUCCESS(std::move(Err));
    Done.set_value();
  });
  Done.get_future().wait();
  CHECK(S.Manager->stats().Memory.LiveBytes == 0);
}

TEST_CASE("Options of a remote manager that are out of range are errors") {
  ExecutorProcess Process;
  orc::ExecutionSession ES(Process.takeEPC());
  RemoteOptions O;
  O.WindowSize = SlabSize + 1;
  CHECK_THAT(messageOf(RemoteJITLinkMemoryManager::create(
                 ES.getExecutorProcessControl(), O)),
             containing("WindowSize"));
  REQUIRE_SUCCESS(ES.endSession());
}

#if JITSLAB_LLVM_DISPATCHERS_END
TEST_CASE("A manager that is destroyed leaves nothing in the executor") {
  const bool SharedMemory = GENERATE(true, false);
  CAPTURE(SharedMemory);
  ExecutorProcess Process;
  orc::ExecutionSession ES(Process.takeEPC());
  const pid_t Pid = Process.pid();
  {
    auto Manager = valueOf(RemoteJITLinkMemoryManager::create(
        ES.getExecutorProcessControl(), optionsOf(SharedMemory)));
    Loaded Object = valueOf(load(*Manager, 1));
    CHECK(mappingsOf(Pid, "memfd:jitslab") > 0);
    REQUIRE_SUCCESS(Manager->deallocate(std::move(Object.Alloc)));
  }
  CHECK(mappingsOf(Pid, "memfd:jitslab") == 0);
  REQUIRE_SUCCESS(ES.endSession());
}
#endif

TEST_CASE("Files that may not be as large as runs are as large as needed") {
  RemoteSession S;
  rlimit Before;
  REQUIRE(getrlimit(RLIMIT_FSIZE, &Before) == 0);
  const rlimit Small = {SlabSize, Before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &Small) == 0);
  std::vector<Expected<Loaded>> Objects;
  for (unsigned I = 0; I != 4; ++I)
    Objects.push_back(load(*S.Manager, uint16_t(I), SlabSize / 2));
  setrlimit(RLIMIT_FSIZE, &Before);
  for (unsigned I = 0; I != 4; ++I) {
    Loaded Object = valueOf(std::move(Objects[I]));
    CHECK(call(S, Object) == int(I));
    unload(S, std::move(Object));
  }
}

TEST_CASE("Managers of one executor's come and go") {
  ExecutorProcess Process;
  const pid_t Pid = Process.pid();
  orc::ExecutionSession ES(Process.takeEPC());
  for (unsigned I = 0; I != 5; ++I) {
    auto Manager = valueOf(
        RemoteJITLinkMemoryManager::create(ES.getExecutorProcessControl()));
    Loaded Object = valueOf(load(*Manager, uint16_t(I)));
    CHECK(valueOf(ES.getExecutorProcessControl().runAsIntFunction(
              Object.Code, 0)) == int(I));
    REQUIRE_SUCCESS(Manager->deallocate(std::move(Object.Alloc)));
    // Not more than what one has, and the last one before it.
    CHECK(mappingsOf(Pid, "memfd:jitslab") <= 8);
  }
  REQUIRE_SUCCESS(ES.endSession());
  CHECK(Process.wait() == 0);
}

TEST_CASE("An executor without the service is an error that says what to do") {
  if (!std::string(JITSLAB_TEST_STOCK_EXECUTOR).empty()) {
    ExecutorProcess Process({JITSLAB_TEST_STOCK_EXECUTOR}, "");
    orc::ExecutionSession ES(Process.takeEPC());
    CHECK_THAT(messageOf(RemoteJITLinkMemoryManager::create(
                   ES.getExecutorProcessControl())),
               containing("jitslab-executor"));
    REQUIRE_SUCCESS(ES.endSession());
  }
}

TEST_CASE("llvm-jitlink-executor serves with the preloaded library") {
  if (std::string(JITSLAB_TEST_STOCK_EXECUTOR).empty() ||
      std::string(JITSLAB_TEST_EXECUTOR_PRELOAD).empty())
    return;
  ExecutorProcess Process({JITSLAB_TEST_STOCK_EXECUTOR},
                          JITSLAB_TEST_EXECUTOR_PRELOAD);
  orc::ExecutionSession ES(Process.takeEPC());
  auto Manager = valueOf(
      RemoteJITLinkMemoryManager::create(ES.getExecutorProcessControl()));
  Loaded Object = valueOf(load(*Manager, 42));
  CHECK(valueOf(ES.getExecutorProcessControl().runAsIntFunction(Object.Code,
                                                                0)) == 42);
  REQUIRE_SUCCESS(Manager->deallocate(std::move(Object.Alloc)));
  REQUIRE_SUCCESS(ES.endSession());
  CHECK(Process.wait() == 0);
}
