//===- RemoteActionsTest.cpp - Actions and frames in an executor ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorProcess.h"
#include "PendingObject.h"

using namespace jitslab;
using namespace llvm;
using namespace llvm::jitlink;

TEST_CASE(
    "Actions run in the executor, when an object comes and when it goes") {
  RemoteOptions O;
  O.SharedMemory = GENERATE(true, false);
  CAPTURE(O.SharedMemory);
  RemoteJIT J(O);
  J.add("actions");
  Pending P(J, J.addressOf("countUp"), /*DeallocToo=*/true);
  P.finalize();
  auto Alloc = valueOf<JITLinkMemoryManager::FinalizedAlloc>(P.Result.get());
  CHECK(valueOf(J.call("getCount", 0)) == 1);
  REQUIRE_SUCCESS(J.Manager->deallocate(std::move(Alloc)));
  CHECK(valueOf(J.call("getCount", 0)) == 2);
}

TEST_CASE("An executor that dies ends what is pending and all that follows") {
  const size_t DescriptorsBefore = openDescriptors();
  {
    RemoteJIT J;
    J.add("actions");
    const orc::ExecutorAddr Hang = J.addressOf("hang");
    Pending Waiting(J, Hang), Behind(J, Hang), NotYet(J, Hang);
    Loaded Quiet = valueOf(load(*J.Manager, 1));
    Waiting.finalize();
    Behind.finalize();
    CHECK(!Waiting.isDone());
    J.Process.kill();
    CHECK(toString(Waiting.Result.get().takeError()) != "");
    CHECK(toString(Behind.Result.get().takeError()) != "");
    // What has nothing to say to the executor fails too.
    NotYet.G->allocActions().clear();
    NotYet.finalize();
    CHECK_THAT(toString(NotYet.Result.get().takeError()),
               containing("executor"));
    CHECK_THAT(messageOf(load(*J.Manager, 2)), containing("executor"));
    CHECK_THAT(toString(J.Manager->deallocate(std::move(Quiet.Alloc))),
               containing("executor"));
    J.Manager->trim();
  }
  CHECK(openDescriptors() == DescriptorsBefore);
}

TEST_CASE("Without shared memory, an executor that dies is an error as well") {
  RemoteOptions O;
  O.SharedMemory = false;
  RemoteSession S(O);
  Loaded Object = valueOf(load(*S.Manager, 1));
  S.Process.kill();
  CHECK(messageOf(load(*S.Manager, 2)) != "");
  CHECK(messageOf(load(*S.Manager, 3)) != "");
  CHECK(toString(S.Manager->deallocate(std::move(Object.Alloc))) != "");
  CHECK(S.Manager->stats().Memory.LiveBytes == 0);
}

TEST_CASE("Exceptions pass through code in an executor") {
  RemoteOptions O;
  O.SharedMemory = GENERATE(true, false);
  CAPTURE(O.SharedMemory);
  RemoteJIT J(O);
  J.add("catch");
  CHECK(valueOf(J.call("throw_and_catch", 21)) == 42);
  CHECK(J.Manager->stats().WorkMessages >= 1);
  // Frames go with what they are of.
  REQUIRE_SUCCESS(J.JIT->getMainJITDylib().clear());
  J.add("catch");
  CHECK(valueOf(J.call("throw_and_catch", 4)) == 8);
}

// Functions that another object has defined before are left out of this one.
TEST_CASE("Objects that have frames and no code of their own are loaded") {
  RemoteOptions O;
  O.SharedMemory = GENERATE(true, false);
  CAPTURE(O.SharedMemory);
  RemoteSession S(O);
  auto G = makeGraph();
  addSection(*G, ".eh_frame", orc::MemProt::Read, 32);
  addSection(*G, "data", RW, 8);
  auto InFlight = valueOf(S.Manager->allocate(nullptr, *G));
  auto Alloc = valueOf(InFlight->finalize());
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(Alloc)));
}

TEST_CASE("Programs that code executes have neither connection nor ignored "
          "signals") {
  RemoteJIT J;
  J.add("actions");
  CHECK(valueOf(J.call("executes", 0)) == 0);
  // Where the executor was given its ends.
  CHECK(valueOf(J.call("hasDescriptor", 20)) != 0);
  CHECK(valueOf(J.call("hasDescriptor", 21)) != 0);
  CHECK(valueOf(J.call("ignoresBrokenPipes", 0)) != 0);
}

TEST_CASE("Without frames, objects of code take no message") {
  RemoteOptions O;
  O.RegisterFrames = false;
  RemoteJIT J(O);
  J.add("tiny");
  J.addressOf("tiny");
  CHECK(J.Manager->stats().WorkMessages == 0);
}

TEST_CASE("An executor whose controller is gone ends") {
  ExecutorProcess Process;
  {
    orc::ExecutionSession ES(Process.takeEPC());
    auto Manager = valueOf(
        RemoteJITLinkMemoryManager::create(ES.getExecutorProcessControl()));
    auto Object = valueOf(load(*Manager, 1));
    REQUIRE_SUCCESS(ES.endSession());
    // The executor may not have noticed yet.
    consumeError(Manager->deallocate(std::move(Object.Alloc)));
  }
  CHECK(Process.wait() == 0);
}
