//===- RemoteDylibsTest.cpp - Windows of one JITDylib each, elsewhere -----===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorProcess.h"
#include "RemoteObject.h"
#include "Support/InputObject.h"
#include "jitslab/Arena.h"

using namespace jitslab;
using namespace llvm;
using jitlink::JITLinkDylib;

namespace {

using FinalizedAllocs =
    std::vector<jitlink::JITLinkMemoryManager::FinalizedAlloc>;

RemoteOptions own(bool SharedMemory) {
  RemoteOptions O;
  O.SharedMemory = SharedMemory;
  O.WindowSize = MinWindowSize;
  O.WindowPerJITDylib = true;
  return O;
}

/// Loads a function that returns \p Value and half a slab of data for \p JD.
Expected<orc::ExecutorAddr> loadFor(RemoteSession &S, const JITLinkDylib *JD,
                                    uint16_t Value, FinalizedAllocs &Into) {
  Expected<Loaded> Object = load(*S.Manager, Value, SlabSize / 2, {}, JD);
  if (!Object)
    return Object.takeError();
  Into.push_back(std::move(Object->Alloc));
  return Object->Code;
}

/// True when one window could have both.
bool lieTogether(orc::ExecutorAddr A, orc::ExecutorAddr B) {
  return std::max(A, B) - std::min(A, B) < MinWindowSize;
}

} // namespace

TEST_CASE("Objects of a JITDylib share a window of an executor's, whatever "
          "others load") {
  const bool SharedMemory = GENERATE(true, false);
  // The control.
  const bool Own = GENERATE(true, false);
  CAPTURE(SharedMemory, Own);
  RemoteOptions O = own(SharedMemory);
  O.WindowPerJITDylib = Own;
  RemoteSession S(O);
  JITLinkDylib A("A"), B("B");
  FinalizedAllocs OfA, OfB;
  const orc::ExecutorAddr First = valueOf(loadFor(S, &A, 1, OfA));
  for (unsigned I = 0; I != 12; ++I)
    valueOf(loadFor(S, &B, 2, OfB));
  const orc::ExecutorAddr Second = valueOf(loadFor(S, &A, 3, OfA));
  CHECK(lieTogether(First, Second) == Own);
  CHECK(S.Manager->stats().Memory.Windows > 2);
  CHECK(valueOf(S.epc().runAsIntFunction(First, 0)) == 1);
  CHECK(valueOf(S.epc().runAsIntFunction(Second, 0)) == 3);
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(OfA)));
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(OfB)));
  S.Manager->trim();
  CHECK(S.Manager->stats().Memory.Windows == 1);
}

TEST_CASE("A JITDylib may have one window of an executor's only, and a full "
          "one is an error") {
  RemoteOptions O = own(GENERATE(true, false));
  O.GrowPerJITDylib = false;
  CAPTURE(O.SharedMemory);
  RemoteSession S(O);
  JITLinkDylib A("A"), B("B");
  FinalizedAllocs OfA, OfB;
  std::string Message;
  while (Message.empty() && OfA.size() < 100)
    if (auto Code = loadFor(S, &A, 1, OfA); !Code)
      Message = toString(Code.takeError());
  CHECK_THAT(Message, containing("in 1 window(s)") &&
                          containing("objects of this JITDylib") &&
                          containing("RemoteOptions"));
  CHECK(OfA.size() > 1);
  // Others are not in the way.
  valueOf(loadFor(S, &B, 2, OfB));
  // Nor is what has gone.
  FinalizedAllocs Gone;
  Gone.push_back(std::move(OfA.back()));
  OfA.pop_back();
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(Gone)));
  valueOf(loadFor(S, &A, 3, OfA));
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(OfA)));
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(OfB)));
}

TEST_CASE("The window in an executor of a JITDylib that is gone serves another "
          "one") {
  RemoteSession S(own(GENERATE(true, false)));
  JITLinkDylib A("A"), B("B"), C("C");
  FinalizedAllocs OfA, OfB, OfC;
  const orc::ExecutorAddr Code = valueOf(loadFor(S, &A, 1, OfA));
  valueOf(loadFor(S, &B, 2, OfB));
  const size_t Windows = S.Manager->stats().Memory.Windows;
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(OfA)));
  CHECK(lieTogether(Code, valueOf(loadFor(S, &C, 3, OfC))));
  CHECK(S.Manager->stats().Memory.Windows == Windows);
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(OfB)));
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(OfC)));
}

TEST_CASE("JITDylibs of an LLJIT have windows of their own in an executor") {
  RemoteJIT J(own(GENERATE(true, false)));
  J.add("tiny");
  CHECK(valueOf(J.call("tiny", 1)) != 0);
  const size_t Before = J.Manager->stats().Memory.Windows;
  auto &Other = valueOf(J.JIT->createJITDylib("other"));
  REQUIRE_SUCCESS(J.JIT->addObjectFile(Other, readObject("tiny")));
  valueOf(J.JIT->lookup(Other, "tiny"));
  CHECK(J.Manager->stats().Memory.Windows == Before + 1);
  REQUIRE_SUCCESS(J.JIT->getExecutionSession().removeJITDylib(Other));
  J.Manager->trim();
  CHECK(J.Manager->stats().Memory.Windows == Before);
}

TEST_CASE("Windows of one JITDylib each need a manager that may grow") {
  ExecutorProcess Process;
  orc::ExecutionSession ES(Process.takeEPC());
  RemoteOptions O = own(true);
  O.Grow = false;
  CHECK_THAT(messageOf(RemoteJITLinkMemoryManager::create(
                 ES.getExecutorProcessControl(), O)),
             containing("WindowPerJITDylib needs"));
  REQUIRE_SUCCESS(ES.endSession());
}
