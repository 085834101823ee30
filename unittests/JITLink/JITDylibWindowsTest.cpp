//===- JITDylibWindowsTest.cpp - Windows of one JITDylib each -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/WindowMemory.h"
#include "TestGraph.h"
#include "TestJIT.h"
#include "jitslab/ArenaSnapshot.h"
#include <list>
#include <set>

using namespace jitslab;
using namespace llvm;

namespace {

using FinalizedAlloc = jitlink::JITLinkMemoryManager::FinalizedAlloc;

ArenaJITLinkOptions own(bool Grow = true) {
  ArenaJITLinkOptions O;
  O.OutsideMinSize = SIZE_MAX;
  O.WindowPerJITDylib = true;
  O.GrowPerJITDylib = Grow;
  return O;
}

/// A manager whose JITDylibs have windows of the smallest size.
struct Windows {
  explicit Windows(Layout L, ArenaJITLinkOptions O = own()) {
    ArenaOptions Options = smallOptions();
    Options.ObjectLayout = L;
    Memory = valueOf(ArenaAccess::create(Options, System));
    Manager.emplace(Memory, O);
  }

  /// Links a graph of 1 MiB of data. \returns where its code lies.
  Expected<uintptr_t> link(const jitlink::JITLinkDylib *JD,
                           std::vector<FinalizedAlloc> &Into) {
    auto G = makeGraph();
    jitlink::Block &Code = addSection(*G, ".text", RX, 64);
    addSection(*G, ".data", RW, size_t(1) << 20);
    auto InFlight = Manager->allocate(JD, *G);
    if (!InFlight)
      return InFlight.takeError();
    auto Alloc = (*InFlight)->finalize();
    if (!Alloc)
      return Alloc.takeError();
    Into.push_back(std::move(*Alloc));
    return Code.getAddress().getValue();
  }

  int windowOf(uintptr_t Address) { return System.windowOf(Address, 1); }

  WindowMemory System;
  std::shared_ptr<Arena> Memory;
  std::optional<ArenaJITLinkMemoryManager> Manager;
};

} // namespace

TEST_CASE("Objects of a JITDylib share a window, whatever others load") {
  Windows W(anyLayout());
  jitlink::JITLinkDylib A("A"), B("B");
  std::vector<FinalizedAlloc> OfA, OfB, OfNone;
  std::set<int> InA, InB, InNone;
  // B fills its window and gets further ones; A has three objects in between.
  while (InB.size() < 3) {
    InB.insert(W.windowOf(valueOf(W.link(&B, OfB))));
    if (OfB.size() % 3 == 1 && OfA.size() < 3)
      InA.insert(W.windowOf(valueOf(W.link(&A, OfA))));
    if (OfNone.size() < 2)
      InNone.insert(W.windowOf(valueOf(W.link(nullptr, OfNone))));
  }
  CHECK(OfA.size() == 3);
  CHECK(InA.size() == 1);
  CHECK(InNone.size() == 1);
  std::set<int> All = InB;
  All.insert(InA.begin(), InA.end());
  All.insert(InNone.begin(), InNone.end());
  CHECK(All.size() == 5);
  CHECK(W.Memory->stats().Windows == 5);
  CHECK(W.Memory->snapshot().Windows.size() == 5);
  CHECK(isConsistent(W.Memory->stats()));
  CHECK(W.Memory->verify());
  for (auto *Objects : {&OfA, &OfB, &OfNone})
    REQUIRE_SUCCESS(W.Manager->deallocate(std::move(*Objects)));
  CHECK(W.Memory->trim() > 0);
  CHECK(W.Memory->stats().Windows == 1);
  CHECK(W.Memory->verify());
}

TEST_CASE("Control: without the option JITDylibs share windows") {
  Windows W(anyLayout(), {});
  jitlink::JITLinkDylib A("A"), B("B");
  std::vector<FinalizedAlloc> Objects;
  CHECK(W.windowOf(valueOf(W.link(&A, Objects))) ==
        W.windowOf(valueOf(W.link(&B, Objects))));
  CHECK(W.Memory->stats().Windows == 1);
  REQUIRE_SUCCESS(W.Manager->deallocate(std::move(Objects)));
}

TEST_CASE("A JITDylib may have one window only, and a full one is an error") {
  Windows W(anyLayout(), own(/*Grow=*/false));
  jitlink::JITLinkDylib A("A"), B("B");
  std::vector<FinalizedAlloc> OfA, OfB;
  std::set<int> InA;
  std::string Message;
  for (;;) {
    Expected<uintptr_t> Code = W.link(&A, OfA);
    if (!Code) {
      CHECK(codeOf(std::move(Code), Message) == std::errc::not_enough_memory);
      break;
    }
    InA.insert(W.windowOf(*Code));
    REQUIRE(OfA.size() < 10);
    // Others are not in the way.
    if (OfB.size() < 3)
      valueOf(W.link(&B, OfB));
  }
  CHECK(InA.size() == 1);
  CHECK(OfA.size() >= 3);
  CHECK(mentions(Message, {"in 1 window(s)", "objects of this JITDylib",
                           "ArenaJITLinkOptions::GrowPerJITDylib"}));
  valueOf(W.link(&B, OfB));
  // What is freed is free again.
  std::vector<FinalizedAlloc> First;
  First.push_back(std::move(OfA.back()));
  OfA.pop_back();
  REQUIRE_SUCCESS(W.Manager->deallocate(std::move(First)));
  CHECK(InA.count(W.windowOf(valueOf(W.link(&A, OfA)))) == 1);
  for (auto *Objects : {&OfA, &OfB})
    REQUIRE_SUCCESS(W.Manager->deallocate(std::move(*Objects)));
}

TEST_CASE("The window of a JITDylib that is gone serves another one") {
  Windows W(anyLayout());
  std::list<jitlink::JITLinkDylib> Dylibs;
  std::vector<FinalizedAlloc> Kept;
  Dylibs.emplace_back("kept");
  const int Others = W.windowOf(valueOf(W.link(&Dylibs.back(), Kept)));
  size_t Tried = 0;
  for (int I = 0; I != 100; ++I) {
    std::vector<FinalizedAlloc> Objects;
    Dylibs.emplace_back("dylib");
    CHECK(W.windowOf(valueOf(W.link(&Dylibs.back(), Objects))) != Others);
    CHECK(W.Memory->stats().Windows == 3);
    if (I == 0)
      Tried = W.System.WindowsTried;
    REQUIRE_SUCCESS(W.Manager->deallocate(std::move(Objects)));
  }
  CHECK(W.System.WindowsTried == Tried);
  CHECK(W.Memory->verify());
  REQUIRE_SUCCESS(W.Manager->deallocate(std::move(Kept)));
}

TEST_CASE("An arena of one window has none for JITDylibs") {
  ArenaOptions Options = smallOptions(/*Grow=*/false);
  Options.ObjectLayout = anyLayout();
  ArenaJITLinkMemoryManager Manager(valueOf(Arena::create(Options)), own());
  jitlink::JITLinkDylib A("A");
  auto G = makeGraph();
  addSection(*G, ".text", RX, 64);
  std::string Message;
  CHECK(codeOf(Manager.allocate(&A, *G), Message) ==
        std::errc::invalid_argument);
  CHECK(mentions(Message, {"set ArenaOptions::Grow"}));
}

TEST_CASE("JITDylibs of an LLJIT have windows of their own until they are "
          "removed") {
  auto Memory = anyArena();
  auto JIT = valueOf(makeJIT(Memory, own()));
  // Platforms have put objects of their own somewhere.
  const size_t Before = Memory->stats().Windows;
  auto Load = [&](const char *Name) -> orc::JITDylib & {
    orc::JITDylib &JD = valueOf(JIT->createJITDylib(Name));
    REQUIRE_SUCCESS(JIT->addObjectFile(JD, readObject("tiny")));
    REQUIRE_SUCCESS(JIT->lookup(JD, "tiny").takeError());
    return JD;
  };
  orc::JITDylib &A = Load("A");
  Load("B");
  CHECK(Memory->stats().Windows == Before + 2);
  REQUIRE_SUCCESS(JIT->getExecutionSession().removeJITDylib(A));
  Memory->trim();
  CHECK(Memory->stats().Windows == Before + 1);
  Load("C");
  CHECK(Memory->stats().Windows == Before + 2);
  CHECK(Memory->verify());
}
