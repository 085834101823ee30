//===- LifeGenerator.cpp - Random lives -----------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/LifeGenerator.h"
#include "Support/Random.h"

namespace jitslab {

namespace {

class Generator {
public:
  explicit Generator(uint64_t Seed) : Rand(Seed) {}

  Life generate() {
    if (Rand.percent(20))
      add(Verb::CloseStdio);
    limit(/*AtBegin=*/true);
    const size_t Length = Rand.between(15, 70);
    addEngine();
    while (Steps.size() < Length)
      next();
    add(Verb::Check);
    return std::move(Steps);
  }

private:
  struct LiveModule {
    unsigned Number, Engine;
  };

  void add(Verb Do, std::array<unsigned, 5> Numbers = {}, Shape S = {}) {
    Steps.push_back({Do, Numbers, S});
  }

  // Room that LLVM's managers can do with.
  void limit(bool AtBegin) {
    if (IsLimited || !Rand.percent(AtBegin ? 25 : 3))
      return;
    IsLimited = true;
    switch (Rand.below(3)) {
    case 0:
      return add(Verb::AddressSpace, {pick({700, 1200, 2500})});
    case 1:
      return add(Verb::Mappings, {pick({1500, 4000, 12000})});
    case 2:
      return add(Verb::Files, {pick({8, 20})});
    }
  }

  void addEngine() {
    unsigned Number = unsigned(Rand.below(5));
    forget(Number);
    // Wrapped ones are rare, as where they fail nothing more is tried.
    unsigned Kind = unsigned(Rand.percent(8) ? size_t(EngineKind::WrappedMCJIT)
                                             : Rand.below(3));
    Engines[Number] = int(Kind);
    add(Verb::Engine, {Number, Kind});
  }

  void forget(unsigned Engine) {
    for (size_t I = Live.size(); I-- != 0;)
      if (Live[I].Engine == Engine)
        Live.erase(Live.begin() + ptrdiff_t(I));
  }

  unsigned pick(std::initializer_list<unsigned> Choices) {
    return Choices.begin()[Rand.below(Choices.size())];
  }

  // Few enough that most are compiled already.
  Shape shape(bool IsSmall) {
    Shape S;
    S.Functions =
        IsSmall ? pick({1, 2}) : pick({1, 1, 2, 3, 8, 8, 40, 150, 300});
    S.Comdats = Rand.percent(25) ? S.Functions / 2 : 0;
    S.Sections = Rand.percent(25);
    if (Rand.percent(30)) {
      S.CommonKiB = pick({0, 1, 70});
      S.ZeroKiB = pick({0, 5, 300, IsSmall ? 0U : 9000});
      S.ConstantKiB = pick({0, 1, 20, IsSmall ? 0U : 700});
    }
    return S;
  }

  void load() {
    unsigned Engine = 0;
    do
      Engine = unsigned(Rand.below(5));
    while (Engines[Engine] < 0);
    unsigned Count = 1;
    if (Rand.percent(25))
      Count = pick({2, 3, 5, 10, 30, 100});
    unsigned PeerPlus1 = 0;
    if (!Live.empty() && Rand.percent(40)) {
      const LiveModule &M = Live[Rand.below(Live.size())];
      if (M.Engine == Engine)
        PeerPlus1 = M.Number + 1;
    }
    unsigned IsChain = Count <= 10 && Rand.percent(50);
    add(Verb::Load, {Engine, NextModule, Count, PeerPlus1, IsChain},
        shape(Count > 10));
    for (unsigned I = 0; I != Count; ++I)
      Live.push_back({NextModule + I, Engine});
    NextModule += Count;
  }

  void call() {
    if (Live.empty())
      return load();
    unsigned M = Live[Rand.below(Live.size())].Number;
    unsigned X = unsigned(Rand.below(100000));
    switch (Rand.below(5)) {
    case 0:
      return add(Verb::Call, {M, X});
    case 1:
      return add(Verb::Bump, {M, X});
    case 2:
      return add(Verb::Throw, {M, X});
    case 3:
      return add(Verb::Catch, {M, X});
    case 4:
      return add(Verb::Relay, {M, Live[Rand.below(Live.size())].Number, X});
    }
  }

  void remove() {
    for (size_t I = Rand.between(1, 5); I != 0 && !Live.empty(); --I) {
      size_t Which = Rand.below(Live.size());
      // Others go with their engine.
      if (Engines[Live[Which].Engine] != int(EngineKind::RTDyldLayer) &&
          Engines[Live[Which].Engine] != int(EngineKind::JITLink))
        continue;
      add(Verb::Remove, {Live[Which].Number});
      Live.erase(Live.begin() + ptrdiff_t(Which));
    }
  }

  void threads() {
    const unsigned Threads = unsigned(Rand.between(2, 4)),
                   Rounds = unsigned(Rand.between(1, 5)),
                   Kind = unsigned(Rand.below(3));
    if (Rand.percent(40))
      return add(Verb::ForkThreads,
                 {Threads, Rounds, Kind, unsigned(Rand.between(1, 4))},
                 shape(true));
    add(Verb::Threads,
        {Threads, Rounds, Kind,
         Live.empty() ? 0 : Live[Rand.below(Live.size())].Number},
        shape(true));
  }

  void next() {
    limit(/*AtBegin=*/false);
    const size_t Kind = Rand.below(100);
    if (Kind < 25)
      return load();
    if (Kind < 63)
      return call();
    if (Kind < 75)
      return remove();
    if (Kind < 81)
      return addEngine();
    if (Kind < 86)
      return add(Verb::Trim);
    if (Kind < 89)
      return add(Verb::Check);
    if (Kind < 93)
      return add(Verb::Fork, {unsigned(Rand.between(1, 12))});
    if (Kind < 96)
      return threads();
    if (Kind < 97)
      return add(Verb::WriteStdio);
    add(Verb::Starve, {unsigned(Rand.below(5)), NextModule++}, shape(false));
  }

  Random Rand;
  Life Steps;
  bool IsLimited = false;
  int Engines[5] = {-1, -1, -1, -1, -1};
  std::vector<LiveModule> Live;
  unsigned NextModule = 0;
};

} // namespace

Life randomLife(uint64_t Seed) { return Generator(Seed).generate(); }

} // namespace jitslab
