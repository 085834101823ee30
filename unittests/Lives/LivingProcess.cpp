//===- LivingProcess.cpp - Lives a life in this process -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/LivingProcess.h"
#include "Lives/LifeLimits.h"
#include "Lives/LifeThreads.h"
#include "Lives/ModuleObjects.h"
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

static StepOutcome failed(Error Err) {
  std::string Text = toString(std::move(Err));
  for (char &C : Text)
    if (C == '\n')
      C = ' ';
  return {StepOutcome::Error, Text};
}

static StepOutcome result(const Twine &Text) {
  return {StepOutcome::Result, Text.str()};
}

static constexpr StepOutcome::Kind SkippedKind = StepOutcome::Skipped;

void LivingProcess::say(unsigned Index, const StepOutcome &Outcome) const {
  // One call each, so that lines of several processes do not mix.
  std::string Line =
      (Twine(Process) + " " + Twine(Index) + " " + Twine(char(Outcome.Is)) +
       " " + StringRef(Outcome.Text).take_front(2000) + "\n")
          .str();
  if (write(Output, Line.data(), Line.size()) != ssize_t(Line.size()))
    _exit(3);
}

void LivingProcess::live() {
  makeHeapRoom();
  End = unsigned(Steps.size());
  for (unsigned I = 0; I != End; ++I) {
    endForks(I);
    if (Steps[I].Do == Verb::Fork)
      beginFork(I);
    else
      say(I, perform(I));
  }
  endForks(unsigned(Steps.size()));
  Engines.clear();
  if (Host && !Host->trim())
    say(End, {StepOutcome::Error, "the arena's structures do not fit"});
  else
    say(End, processUse());
  rusage Usage;
  getrusage(RUSAGE_SELF, &Usage);
  auto Microseconds = [](timeval T) {
    return uint64_t(T.tv_sec) * 1000000 + uint64_t(T.tv_usec);
  };
  say(End + 1,
      {StepOutcome::End, std::to_string(Microseconds(Usage.ru_utime) +
                                        Microseconds(Usage.ru_stime))});
}

StepOutcome LivingProcess::perform(unsigned Index) {
  const Step &S = Steps[Index];
  switch (S.Do) {
  case Verb::Engine:
    return makeEngine(S);
  case Verb::Drop:
    return drop(S.Numbers[0]);
  case Verb::Load:
    return load(S);
  case Verb::Remove:
    return remove(S.Numbers[0]);
  case Verb::Call:
    return call(S, "main");
  case Verb::Bump:
    return call(S, "bump");
  case Verb::Throw:
    return call(S, "throw");
  case Verb::Catch:
    return call(S, "catch");
  case Verb::Relay:
    return relay(S);
  case Verb::Trim:
    if (Host && !Host->trim())
      return {StepOutcome::Error, "the arena's structures do not fit"};
    return result("trimmed");
  case Verb::Check:
    return processUse();
  case Verb::Threads:
  case Verb::ForkThreads:
    return runThreads(S);
  case Verb::AddressSpace:
    leaveAddressSpace(S.Numbers[0]);
    return result("limited");
  case Verb::Mappings:
    leaveMappings(S.Numbers[0]);
    return result("limited");
  case Verb::Files:
    leaveDescriptors(S.Numbers[0]);
    return result("limited");
  case Verb::CloseStdio:
    for (int FD : {0, 1, 2})
      close(FD);
    StdioIsClosed = true;
    return result("closed");
  case Verb::WriteStdio:
    return writeStdio();
  case Verb::Starve:
    return starve(S);
  case Verb::Fork:
    break;
  }
  return {SkippedKind, ""};
}

// Not before it is used: a life may begin with limits.
Expected<MemoryHost *> LivingProcess::host() {
  if (!Host) {
    auto Made = Who.Make();
    if (!Made)
      return Made.takeError();
    Host = std::move(*Made);
  }
  return Host.get();
}

StepOutcome LivingProcess::makeEngine(const Step &S) {
  auto Memory = host();
  if (!Memory)
    return failed(Memory.takeError());
  drop(S.Numbers[0]);
  EngineKind Kind = EngineKind(S.Numbers[1] % EngineKinds);
  auto Real = jitslab::makeEngine(**Memory, Kind);
  if (!Real)
    return failed(Real.takeError());
  if (!*Real)
    return {SkippedKind, ""};
  Engines[S.Numbers[0]] = {std::move(*Real), Kind,
                           Kind == EngineKind::WrappedMCJIT &&
                               (*Memory)->mayRefuseWrappers()};
  return result("made");
}

StepOutcome LivingProcess::drop(unsigned Number) {
  if (!Engines.erase(Number))
    return {SkippedKind, ""};
  for (auto I = Modules.begin(); I != Modules.end();)
    I = I->second.Engine == Number ? Modules.erase(I) : std::next(I);
  return result("dropped");
}

LivingProcess::OwnEngine *LivingProcess::engine(unsigned Number) {
  auto I = Engines.find(Number);
  return I == Engines.end() ? nullptr : &I->second;
}

StepOutcome LivingProcess::load(const Step &S) {
  const auto [EngineNumber, First, Count, PeerPlus1, IsChain] = S.Numbers;
  OwnEngine *E = engine(EngineNumber);
  if (!E || Count == 0 || First + Count > LastModule)
    return {SkippedKind, ""};
  std::optional<unsigned> Peer;
  if (PeerPlus1) {
    Peer = PeerPlus1 - 1;
    if (auto Reason = whyNot(*Peer)) {
      for (unsigned I = First; I != First + Count; ++I)
        Excuses[I] |= Reason->Is == StepOutcome::Excused;
      return *Reason;
    }
    if (Modules[*Peer].Engine != EngineNumber)
      return {SkippedKind, ""};
  }
  std::vector<NumberedObject> Objects;
  for (unsigned I = First; I != First + Count; ++I) {
    if (Modules.count(I))
      return {SkippedKind, ""};
    if (IsChain && I != First)
      Peer = I - 1;
    Objects.push_back({I, objectOf(S.Modules, I, Peer)});
  }
  if (Error Err = E->Real->load(std::move(Objects))) {
    if (!E->MayFail)
      return failed(std::move(Err));
    for (unsigned I = First; I != First + Count; ++I)
      Excuses[I] = true;
    return {StepOutcome::Excused, toString(std::move(Err))};
  }
  for (unsigned I = First; I != First + Count; ++I) {
    if (IsChain || I == First)
      Modules[I] = {EngineNumber, I != First ? std::optional<unsigned>(I - 1)
                                  : PeerPlus1
                                      ? std::optional<unsigned>(PeerPlus1 - 1)
                                      : std::nullopt};
    else
      Modules[I] = {EngineNumber, Peer};
  }
  return result("loaded");
}

bool LivingProcess::isLive(unsigned Number) const {
  for (std::optional<unsigned> I = Number; I;) {
    auto M = Modules.find(*I);
    if (M == Modules.end())
      return false;
    I = M->second.Peer;
  }
  return true;
}

std::optional<StepOutcome> LivingProcess::whyNot(unsigned Number) const {
  if (isLive(Number))
    return std::nullopt;
  auto I = Excuses.find(Number);
  bool IsExcused = I != Excuses.end() && I->second;
  return StepOutcome{IsExcused ? StepOutcome::Excused : SkippedKind, ""};
}

StepOutcome LivingProcess::remove(unsigned Number) {
  auto M = Modules.find(Number);
  if (M == Modules.end())
    return {SkippedKind, ""};
  Engine &E = *engine(M->second.Engine)->Real;
  if (!E.canRemove())
    return {SkippedKind, ""};
  Modules.erase(M);
  if (Error Err = E.remove(Number))
    return failed(std::move(Err));
  return result("removed");
}

StepOutcome LivingProcess::starve(const Step &S) {
  OwnEngine *E = engine(S.Numbers[0]);
  if (!E || !Host || !Host->survivesStarving() || Modules.count(S.Numbers[1]))
    return {SkippedKind, ""};
  auto Object = objectOf(S.Modules, S.Numbers[1], std::nullopt);
  std::vector<NumberedObject> Objects;
  Objects.push_back({S.Numbers[1], std::move(Object)});
  {
    Starving Now;
    consumeError(E->Real->load(std::move(Objects)));
  }
  if (E->Real->canRemove())
    consumeError(E->Real->remove(S.Numbers[1]));
  return {SkippedKind, ""};
}

LifeFunction *LivingProcess::function(unsigned Number, const char *Name) {
  return reinterpret_cast<LifeFunction *>(
      engine(Modules[Number].Engine)
          ->Real->addressOf(functionName(Number, Name)));
}

StepOutcome LivingProcess::call(const Step &S, const char *Function) {
  if (auto Reason = whyNot(S.Numbers[0]))
    return *Reason;
  LifeFunction *F = function(S.Numbers[0], Function);
  if (!F)
    return {StepOutcome::Error, "the function was not found"};
  const int X = int(S.Numbers[1]);
  switch (S.Do) {
  case Verb::Throw:
    return throwing(2 * X + framesThatCleanUp(S.Numbers[0]), F, X);
  case Verb::Catch:
    return throwing(X + 1, F, X);
  default:
    return result(Twine(callOrCatch(F, X)));
  }
}

// What comes of it is known. LLVM's managers do not always come to it, and are
// not asked where they cannot.
StepOutcome LivingProcess::throwing(int Expected, LifeFunction *F, int X) {
  if (!Host->passesExceptions())
    return result(Twine(Expected));
  const int Result = callOrCatch(F, X);
  if (Result == Expected)
    return result(Twine(Result));
  return {StepOutcome::Wrong,
          std::to_string(Result) + " instead of " + std::to_string(Expected)};
}

int LivingProcess::framesThatCleanUp(unsigned Number) const {
  int Frames = 0;
  for (std::optional<unsigned> I = Number; I; I = Modules.at(*I).Peer)
    ++Frames;
  return Frames;
}

StepOutcome LivingProcess::relay(const Step &S) {
  for (unsigned Number : {S.Numbers[0], S.Numbers[1]})
    if (auto Reason = whyNot(Number))
      return *Reason;
  LifeFunction *F = function(S.Numbers[0], "relay");
  LifeFunction *Target = function(S.Numbers[1], "throw");
  if (!F || !Target)
    return {StepOutcome::Error, "the function was not found"};
  setRelayTarget(Target);
  const int X = int(S.Numbers[2]);
  return throwing(2 * X + framesThatCleanUp(S.Numbers[1]) + 1, F, X);
}

StepOutcome LivingProcess::runThreads(const Step &S) {
  auto Memory = host();
  if (!Memory)
    return failed(Memory.takeError());
  ThreadsOfLife T;
  T.Threads = S.Numbers[0];
  T.Rounds = S.Numbers[1];
  T.Kind = EngineKind(S.Numbers[2] % EngineKinds);
  T.Modules = S.Modules;
  if (S.Do == Verb::ForkThreads)
    T.Children = S.Numbers[3];
  else if (isLive(S.Numbers[3]) && (*Memory)->passesExceptions())
    T.Shared = function(S.Numbers[3], "catch");
  uint64_t WorstWait = 0;
  auto Sum = liveInThreads(**Memory, T, WorstWait);
  // Not a result: for the report only.
  say(unsigned(Steps.size()) + 2 + unsigned(&S - Steps.data()),
      {StepOutcome::Wait, std::to_string(WorstWait)});
  if (!Sum)
    return T.Kind == EngineKind::WrappedMCJIT && (*Memory)->mayRefuseWrappers()
               ? StepOutcome{StepOutcome::Excused, toString(Sum.takeError())}
               : failed(Sum.takeError());
  return result(Twine(*Sum));
}

StepOutcome LivingProcess::writeStdio() const {
  if (!StdioIsClosed)
    return {SkippedKind, ""};
  const std::string Garbage(4096, '\xcc');
  int Written = 0;
  for (int FD : {0, 1, 2})
    Written += write(FD, Garbage.data(), Garbage.size()) >= 0;
  return result(Twine(Written) + " were open");
}

void LivingProcess::beginFork(unsigned Index) {
  // A child's children would have the numbers of its own.
  if (Process)
    return say(Index, {SkippedKind, ""});
  pid_t ID = fork();
  if (ID < 0)
    return say(Index, {StepOutcome::Error, "fork failed"});
  const unsigned Last =
      std::min<unsigned>(Index + 1 + Steps[Index].Numbers[0], End);
  if (ID) {
    Children.push_back({ID, Index, Last});
    return;
  }
  alarm(LifeSeconds);
  Children.clear();
  // 0 is the first process's.
  Process = Index + 1;
  End = Last;
}

void LivingProcess::endForks(unsigned Index) {
  for (auto C = Children.begin(); C != Children.end();) {
    if (Index < C->End) {
      ++C;
      continue;
    }
    int Status = 0;
    waitpid(C->ID, &Status, 0);
    if (Status == 0)
      say(C->Step, result("the child lived"));
    else
      say(C->Step, {StepOutcome::Error, "the child ended with wait status " +
                                            std::to_string(Status)});
    C = Children.erase(C);
  }
}

} // namespace jitslab
