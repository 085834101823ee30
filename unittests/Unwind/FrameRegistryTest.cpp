//===- FrameRegistryTest.cpp - Frames with every kind of unwinder ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Unwind/FrameRegistry.h"
#include "Frames.h"
#include "Support/Child.h"
#include "Support/Process.h"
#include "Support/Random.h"
#include "Unwinders.h"
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <thread>
#include <unistd.h>

using namespace jitslab;

namespace {

/// An object's code, in as many runs.
struct Runs {
  std::vector<AddressRange> All;

  Runs(std::initializer_list<AddressRange> All) : All(All) {}
  AddressRange operator()(uintptr_t Address) const {
    for (AddressRange R : All)
      if (R.Begin <= Address && Address < R.End)
        return R;
    return {};
  }
};

/// Addresses that no code has, also with an unwinder that is real.
constexpr size_t Space = size_t(1) << 16;
const uint8_t NoCode[Space] = {};

uintptr_t at(size_t Offset) {
  return reinterpret_cast<uintptr_t>(NoCode) + Offset;
}

/// All of these, one after the other.
std::unique_ptr<Unwinder> anyUnwinder() {
  switch (GENERATE(0, 1, 2, 3, 4)) {
  case 0:
    return std::make_unique<ListUnwinder>();
  case 1:
    return std::make_unique<TreeUnwinder>(/*Loses=*/false);
  case 2:
    return std::make_unique<TreeUnwinder>(/*Loses=*/true);
  case 3:
    return std::make_unique<SingleUnwinder>();
  default:
    struct Real final : Unwinder {
      Unwinder &U = system();
      void registerFrames(const uint8_t *B) override { U.registerFrames(B); }
      void deregisterFrames(const uint8_t *B) override {
        U.deregisterFrames(B);
      }
      void registerTable(const uint8_t **T, void **R) override {
        U.registerTable(T, R);
      }
      void deregisterTable(const uint8_t **T) override { U.deregisterTable(T); }
      bool hasTables() const override { return U.hasTables(); }
      const uint8_t *find(uintptr_t A) override { return U.find(A); }
    };
    return std::make_unique<Real>();
  }
}

/// How many of an object's functions are not found from end to end.
size_t lost(Unwinder &U, const Frames &F) {
  size_t Lost = 0;
  for (AddressRange R : F.functions())
    Lost += !U.find(R.Begin) || !U.find(R.Begin + R.size() / 2) ||
            !U.find(R.End - 1);
  return Lost;
}

/// Functions of different sizes from \p Begin to \p End.
Frames objectAt(Random &Rand, uintptr_t Begin, uintptr_t End) {
  std::vector<AddressRange> Functions;
  while (End - Begin > 4 && Functions.size() < 20) {
    size_t Size = Rand.between(1, std::min<size_t>(End - Begin, 300));
    Functions.push_back({Begin, Begin + Size});
    Begin = std::min(End, Begin + Size + Rand.below(16));
  }
  if (Functions.empty())
    Functions.push_back({Begin, End});
  return Frames(Functions);
}

struct Loaded {
  AddressRange Code;
  Frames Object;
};

/// Loads and frees objects of different sizes; calls \p Add and \p Remove.
/// \returns how many functions were lost.
template <typename AddFn, typename RemoveFn>
size_t loadAndFree(Unwinder &U, size_t Rounds, AddFn Add, RemoveFn Remove) {
  const uint64_t Seed = testSeed(9);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  Random Rand(Seed);
  std::map<uintptr_t, Loaded> All;
  size_t Lost = 0;
  for (size_t Round = 0; Round != Rounds; ++Round) {
    uintptr_t Begin = at(Rand.below(Space / 16) * 16);
    auto Next = All.upper_bound(Begin);
    if (Next != All.begin() && std::prev(Next)->second.Code.End > Begin) {
      Remove(std::prev(Next)->second);
      CHECK_FALSE(U.find(std::prev(Next)->first));
      All.erase(std::prev(Next));
      continue;
    }
    uintptr_t Limit = Next == All.end() ? at(Space) : Next->first;
    uintptr_t End =
        std::min(Limit, Begin + Rand.between(1, Rand.percent(10) ? 4000 : 200));
    Loaded L{{Begin, End}, objectAt(Rand, Begin, End)};
    Add(L);
    Lost += lost(U, L.Object);
    All.emplace(Begin, std::move(L));
    if (Round % 64 == 0)
      for (auto &[Start, Other] : All)
        Lost += lost(U, Other.Object);
  }
  for (auto &[Start, L] : All)
    Remove(L);
  return Lost;
}

} // namespace

TEST_CASE("Kinds of unwinders are recognized by what they do") {
  ListUnwinder List;
  TreeUnwinder Tree(false), Losing(true);
  SingleUnwinder Single;
  DeafUnwinder Deaf;
  CHECK(recognize(List) == UnwinderKind::List);
  CHECK(recognize(Tree) == UnwinderKind::Tree);
  CHECK(recognize(Losing) == UnwinderKind::LosingTree);
  CHECK(recognize(Single) == UnwinderKind::FrameByFrame);
  CHECK(recognize(Deaf) == UnwinderKind::None);
  CHECK(List.entries() == 0);
  CHECK(Tree.entries() == 0);
}

TEST_CASE("The unwinder of this process is recognized") {
  UnwinderKind Kind = recognize(Unwinder::system());
  const char *Names[] = {"none", "list", "tree", "losing-tree",
                         "frame-by-frame"};
  INFO("it is " << Names[int(Kind)]);
  CHECK(recognize(Unwinder::system()) == Kind);
  if (const char *Expected = std::getenv("JITSLAB_TEST_UNWINDER"))
    CHECK(std::string(Expected) == Names[int(Kind)]);
  CHECK(Kind != UnwinderKind::None);
}

TEST_CASE("Every function is found wherever others were before") {
  auto U = anyUnwinder();
  FrameRegistry Registry(*U);
  size_t Lost = loadAndFree(
      *U, JITSLAB_HAS_SHADOW_MEMORY ? 1000 : 3000,
      [&](Loaded &L) {
        REQUIRE_SUCCESS(Registry.add(L.Object.section(), Runs{L.Code}));
      },
      [&](Loaded &L) { Registry.remove(L.Object.section()); });
  CHECK(Lost == 0);
}

TEST_CASE("Control: a tree that loses does so without the pieces") {
  std::optional<TreeUnwinder> Double;
  bool IsReal = GENERATE(false, true);
  if (!IsReal)
    Double.emplace(/*Loses=*/true);
  Unwinder &U = IsReal ? Unwinder::system() : *Double;
  if (recognize(U) != UnwinderKind::LosingTree)
    return; // This process's unwinder is another one.
  size_t Lost = loadAndFree(
      U, 3000, [&](Loaded &L) { U.registerFrames(L.Object.data()); },
      [&](Loaded &L) { U.deregisterFrames(L.Object.data()); });
  CHECK(Lost > 0);
}

TEST_CASE("Code that lies around another object's is found, and so is that") {
  auto U = anyUnwinder();
  FrameRegistry Registry(*U);
  Frames Inner({{at(1000), at(1100)}}),
      Outer({{at(0), at(100)}, {at(500), at(600)}, {at(2000), at(2100)}});
  bool InnerFirst = GENERATE(true, false);
  AddressRange InnerCode{at(1000), at(1100)};
  if (InnerFirst)
    REQUIRE_SUCCESS(Registry.add(Inner.section(), Runs{InnerCode}));
  REQUIRE_SUCCESS(Registry.add(Outer.section(),
                               Runs{{at(0), at(600)}, {at(2000), at(2200)}}));
  if (!InnerFirst)
    REQUIRE_SUCCESS(Registry.add(Inner.section(), Runs{InnerCode}));
  for (int Round = 0; Round != 2; ++Round) {
    CHECK(lost(*U, Inner) == 0);
    CHECK(lost(*U, Outer) == 0);
  }
  Registry.remove(Outer.section());
  CHECK(lost(*U, Outer) == 3);
  CHECK(lost(*U, Inner) == 0);
  Registry.remove(Inner.section());
}

TEST_CASE("Control: registered as one, such an object hides others") {
  ListUnwinder U;
  Frames Inner({{at(1000), at(1100)}}),
      Outer({{at(0), at(100)}, {at(2000), at(2100)}});
  U.registerFrames(Inner.data());
  U.registerFrames(Outer.data());
  U.find(at(3000));
  CHECK(lost(U, Inner) + lost(U, Outer) != 0);
}

TEST_CASE("Functions outside an object's code are left out") {
  auto U = anyUnwinder();
  FrameRegistry Registry(*U);
  Frames F({{at(0), at(100)}, {at(500), at(600)}});
  REQUIRE_SUCCESS(Registry.add(F.section(), Runs{{at(0), at(100)}}));
  CHECK(U->find(at(50)));
  CHECK_FALSE(U->find(at(550)));
  Registry.remove(F.section());
  CHECK_FALSE(U->find(at(50)));
}

TEST_CASE("Functions without a byte hide nothing") {
  auto U = anyUnwinder();
  FrameRegistry Registry(*U);
  Frames Low({{at(0), at(100)}}), High({{at(300), at(400)}}),
      Parts({{at(5000), at(5100)}, {at(200), at(200)}});
  REQUIRE_SUCCESS(Registry.add(Low.section(), Runs{{at(0), at(100)}}));
  REQUIRE_SUCCESS(Registry.add(High.section(), Runs{{at(300), at(400)}}));
  REQUIRE_SUCCESS(Registry.add(Parts.section(),
                               Runs{{at(5000), at(5100)}, {at(200), at(201)}}));
  for (int Round = 0; Round != 2; ++Round) {
    CHECK(lost(*U, Low) + lost(*U, High) == 0);
    CHECK(U->find(at(5050)));
  }
  for (const Frames *F : {&Parts, &High, &Low})
    Registry.remove(F->section());
  CHECK_FALSE(U->find(at(5050)));
}

TEST_CASE(
    "A fork while the first frames are registered leaves the child able") {
  /// While the process forks, lets a thread register frames.
  struct AtFork final : ForkListener {
    std::function<void()> Before;
    AtFork() { REQUIRE_FALSE(enroll()); }
    ~AtFork() override { withdraw(); }
    void beforeFork() override { Before(); }
    void afterForkInParent() override {}
    void afterForkInChild() override {}
  } Listener;
  ListUnwinder U;
  FrameRegistry Registry(U);
  Frames First({{at(0), at(100)}}), Second({{at(200), at(300)}});
  std::thread Other;
  Listener.Before = [&] {
    std::atomic<bool> Begun{false};
    Other = std::thread([&] {
      Begun = true;
      llvm::cantFail(Registry.add(First.section(), Runs{{at(0), at(100)}}));
    });
    while (!Begun)
      std::this_thread::yield();
    // It waits for the fork by then, as a rule.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  };
  ChildOutcome Child = runInChild([&] {
    alarm(10);
    llvm::cantFail(Registry.add(Second.section(), Runs{{at(200), at(300)}}));
    return lost(U, Second) == 0 ? 0 : 1;
  });
  Other.join();
  INFO(Child.describe());
  CHECK(Child.passed());
  Registry.remove(First.section());
}

TEST_CASE("Frames that cannot be read are left to libgcc, if whole") {
  // Version 4 has sizes of addresses; libgcc reads it, this library does not.
  uint8_t Bytes[] = {12, 0, 0,  0, 0, 0, 0, 0, 4, 0, 8, 0, 1, 1, 1, 1, 12, 0,
                     0,  0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0};
  ListUnwinder List;
  FrameRegistry Registry(List);
  FrameSection S(Bytes, sizeof(Bytes));
  REQUIRE_SUCCESS(Registry.add(S, Runs{{at(0), at(100)}}));
  CHECK(List.entries() == 1);
  Registry.remove(S);
  CHECK(List.entries() == 0);

  SingleUnwinder Single;
  FrameRegistry Other(Single);
  std::string Message = llvm::toString(Other.add(S, Runs{{at(0), at(100)}}));
  CHECK(Message.find("cannot pass through this object") != std::string::npos);
}

TEST_CASE("Objects that code has registered before hide none that follow") {
  auto U = anyUnwinder();
  FrameRegistry Registry(*U);
  Frames First({{at(0), at(100)}}), Second({{at(100), at(200)}}),
      Third({{at(200), at(300)}});
  REQUIRE_SUCCESS(Registry.add(First.section(), Runs{{at(0), at(100)}}));
  Registry.addForeign(Second.data());
  CHECK(lost(*U, Second) == 0);
  REQUIRE_SUCCESS(Registry.add(Second.section(), Runs{{at(100), at(200)}}));
  REQUIRE_SUCCESS(Registry.add(Third.section(), Runs{{at(200), at(300)}}));
  CHECK(lost(*U, First) + lost(*U, Second) + lost(*U, Third) == 0);
  // The code that has registered them takes them back, or not.
  if (GENERATE(true, false))
    Registry.removeForeign(Second.data());
  CHECK(lost(*U, Second) == 0);
  for (Frames *F : {&First, &Second, &Third})
    Registry.remove(F->section());
  CHECK(lost(*U, First) + lost(*U, Second) + lost(*U, Third) == 3);
}

TEST_CASE("Frames that code registers by itself are found, and not twice") {
  auto U = anyUnwinder();
  FrameRegistry Registry(*U);
  Frames Ours({{at(0), at(100)}}), Theirs({{at(500), at(600)}});
  REQUIRE_SUCCESS(Registry.add(Ours.section(), Runs{{at(0), at(100)}}));
  Registry.addForeign(Ours.data());
  Registry.addForeign(Theirs.data());
  CHECK(lost(*U, Ours) + lost(*U, Theirs) == 0);
  Registry.removeForeign(Ours.data());
  CHECK(lost(*U, Ours) == 0);
  Registry.removeForeign(Theirs.data());
  CHECK(lost(*U, Theirs) == 1);
  Registry.remove(Ours.section());
  CHECK(lost(*U, Ours) == 1);
}
