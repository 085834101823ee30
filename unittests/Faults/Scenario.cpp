//===- Scenario.cpp - The life of an arena, with a fault ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Faults/Scenario.h"
#include "Support/Process.h"
#include <cerrno>
#include <cstring>
#include <malloc.h>

using namespace llvm;

namespace jitslab {

// Fifty objects. Fewer where everything takes many times as long.
static size_t groupsToLoad() {
  return runsUnderEmulator() || JITSLAB_HAS_SHADOW_MEMORY ? 4 : 10;
}

std::string Scenario::note(Error Err) {
  std::string Message = toString(std::move(Err));
  ++Errors;
  require(wasHit(), "an error without a fault: " + Message);
  require(mentions(Message, {"jitslab: "}), "a strange error: " + Message);
  require(hitErrno() != EINTR || OthersFail, "not repeated: " + Message);
  // Where others have failed after it, it may be the reason of one of those.
  if (hitErrno() && !OthersFail)
    require(mentions(Message, {strerror(hitErrno())}),
            "the reason is missing: " + Message);
  return Message;
}

void Scenario::load(size_t Count, Cargo C) {
  for (size_t I = 0; I != Count; ++I) {
    Loaded L{Session->makeGroup(), C, false};
    if (Error Err = L.Objects->load(C)) {
      note(std::move(Err));
      unload(L);
    } else {
      Groups.push_back(std::move(L));
    }
  }
}

void Scenario::seal() {
  for (size_t I = 0; I < Groups.size();) {
    Loaded &L = Groups[I];
    if (!L.Sealed) {
      Error Err = L.Objects->seal();
      bool Failed = bool(Err);
      if (Failed && L.Objects->isRepeatable(note(std::move(Err)))) {
        Err = L.Objects->seal();
        Failed = bool(Err);
        if (Failed)
          note(std::move(Err));
      }
      if (Failed) {
        unload(L);
        Groups.erase(Groups.begin() + I);
        continue;
      }
      L.Sealed = true;
    }
    ++I;
  }
}

void Scenario::unload(Loaded &L) {
  if (Error Err = L.Objects->unload())
    note(std::move(Err));
  L.Objects.reset();
}

// As soon as there was a fault: what comes after it works again.
void Scenario::loadOnceMore(const char *When) {
  std::unique_ptr<Group> More = Session->makeGroup();
  Error Err = More->load(Cargo::Five);
  if (!Err)
    Err = More->seal();
  if (!Err)
    require(works(*More, Cargo::Five), std::string("wrong results ") + When);
  Err = joinErrors(std::move(Err), More->unload());
  if (Err)
    require(false, std::string("not loaded ") + When + ": " +
                       toString(std::move(Err)));
}

// The emulator does not see that code changed through another mapping.
bool Scenario::works(Group &G, Cargo C) const {
  return (runsUnderEmulator() && Options.ObjectLayout == Layout::Dense) ||
         G.works(C);
}

void Scenario::check() {
  require(Memory->verify(), "verify()");
  require(isConsistent(Memory->stats()), "the statistics do not fit together");
  for (Loaded &L : Groups)
    if (L.Sealed)
      require(works(*L.Objects, L.What), "what was loaded is lost");
  if (wasHit() && !LoadedAfterFault) {
    loadOnceMore("after the fault");
    LoadedAfterFault = true;
  }
}

void Scenario::liveOnArena() {
  size_t Count = groupsToLoad();
  auto Step = [&](auto Body) {
    {
      Armed On;
      Body();
    }
    check();
  };
  Step([&] { load(Count, Cargo::Five); });
  Step([&] { seal(); });
  Step([&] {
    for (size_t I = 0; I < Groups.size(); ++I) {
      unload(Groups[I]);
      Groups.erase(Groups.begin() + I);
    }
  });
  Step([&] {
    load(3, Cargo::Large);
    seal();
  });
  HasGrown = Memory->stats().Windows > 1;
  Step([&] {
    for (; !Groups.empty() && Groups.back().What == Cargo::Large;
         Groups.pop_back())
      unload(Groups.back());
    Memory->trim();
  });
  // Memory that had other access rights before, and new slabs.
  Step([&] {
    load(Count / 2 + 1, Cargo::Five);
    seal();
  });
}

void Scenario::live(const Fault &F) {
  LoadedAfterFault = HasGrown = false;
  OthersFail = F.KeepFailing;
  plan(F);
  {
    Armed On;
    Expected<std::shared_ptr<Arena>> Created = Arena::create(Options);
    if (Created)
      Memory = std::move(*Created);
    else
      note(Created.takeError());
  }
  if (Memory) {
    Session = Make(Memory);
    liveOnArena();
    Armed On;
    for (Loaded &L : Groups)
      unload(L);
    Groups.clear();
    Session.reset();
    Memory.reset();
  }
}

std::string Scenario::run(const Fault &F) {
  Problems.clear();
  live(F);
  // What the fault hit and how many calls there were is asked for later.
  Expected<std::shared_ptr<Arena>> Next = Arena::create(Options);
  if (!Next)
    return Problems + "no arena after it: " + toString(Next.takeError());
  Memory = std::move(*Next);
  Session = Make(Memory);
  loadOnceMore("in the next arena");
  Session.reset();
  Memory.reset();
  return std::move(Problems);
}

// Only what is lost each time is a leak.
std::string Scenario::runAndLookForLeaks(const Fault &F) {
  std::string Wrong;
  for (int Try = 0; Try != 2; ++Try) {
    ProcessUse Before;
    Wrong = run(F);
    if (!Wrong.empty())
      break;
    Wrong = ProcessUse().leakedSince(Before);
    if (Wrong.empty())
      break;
  }
  return Wrong;
}

void Scenario::failEachCall(const char *Title, bool KeepFailing) {
  // The linkers' heap is not given back to the system, and taken from it again,
  // ten thousands of times.
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  // What LLVM and the C library make once and keep is made before anything is
  // compared.
  for (int I = 0; I != 2; ++I) {
    std::string Wrong = run({});
    INFO(Wrong);
    REQUIRE(Wrong.empty());
    REQUIRE(HasGrown);
  }
  // One way for each call then, the next call another one.
  bool Reduced = KeepFailing || runsUnderEmulator() ||
                 JITSLAB_HAS_SHADOW_MEMORY || isBrief();
  size_t Calls = 0, Faults = 0, WithError = 0;
  size_t Tried[NumSystemCalls] = {};
  const size_t Step = isBrief() ? 3 : 1;
  // How many calls there are depends on how many mappings there are to read.
  for (size_t N = 1;; N = Calls + Step) {
    size_t Ways = 1;
    for (size_t Way = 0; Way != Ways; ++Way) {
      INFO("call " << N << " fails in way " << Way);
      Errors = 0;
      std::string Wrong =
          runAndLookForLeaks({N, Reduced ? N - 1 : Way, KeepFailing});
      INFO("which was " << describeHit());
      INFO(Wrong);
      CHECK(Wrong.empty());
      if (!wasHit())
        break;
      if (!Reduced)
        Ways = failuresOf(hitCall());
      Calls = N;
      ++Faults;
      ++Tried[size_t(hitCall())];
      WithError += Errors != 0;
    }
    if (Calls != N)
      break;
  }
  CHECK(WithError > 0);
  std::string PerCall;
  for (size_t I = 0; I != NumSystemCalls; ++I)
    if (Tried[I])
      PerCall += std::string(PerCall.empty() ? "" : ", ") +
                 nameOf(SystemCall(I)) + " " + std::to_string(Tried[I]);
  WARN(Title << ": " << Faults << " faults in " << Calls << " calls"
             << (KeepFailing ? ", all calls after them failing too" : "")
             << (Reduced ? ", one for each call" : "") << "; " << WithError
             << " ended in an error, the others were made up for (" << PerCall
             << ")");
}

} // namespace jitslab
