//===- FaultTest.cpp - Every system call fails once -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include "llvm/Support/MathExtras.h"
#include <utility>

using namespace jitslab;

using ArenaPtr = std::shared_ptr<Arena>;

namespace {

/// Backs nothing with memory ahead of its use: hundreds of arenas would spend
/// their time on that.
class FaultMemory : public WindowMemory {
public:
  void populate(uintptr_t, size_t) override {}
};

/// The life of an arena. Whatever fails in it is an Error, and the life goes
/// on.
class Scenario {
public:
  Scenario(WindowMemory &Memory, ArenaOptions O) : Memory(Memory), Options(O) {}

  void run();
  size_t Errors = 0;

private:
  void allocate(size_t Count);
  void seal();
  /// Checks what holds after each step: structures fit together, and when the
  /// system works again so does the arena.
  void check();
  void note(llvm::Error Err) {
    std::string Message = llvm::toString(std::move(Err));
    INFO(Message);
    CHECK(mentions(Message, {"jitslab: "}));
    ++Errors;
  }

  WindowMemory &Memory;
  const ArenaOptions Options;
  ArenaPtr A;
  std::vector<Allocation> Objects;
};

} // namespace

void Scenario::allocate(size_t Count) {
  for (size_t I = 0; I != Count; ++I) {
    // Some of them large, so that further windows are needed.
    size_t RWData = I % 7 == 3 ? SlabSize + 100 : 100 + I;
    llvm::Expected<Allocation> Object =
        A->allocate(footprint(10 + I, 20 + I, RWData));
    if (!Object) {
      note(Object.takeError());
      continue;
    }
    if (I % 3 == 0)
      Object->shrink(SegmentKind::RWData, 50);
    writeFunction((*Object)[SegmentKind::Code].Working, 99);
    (*Object)[SegmentKind::RWData].Working[0] = 1;
    Objects.push_back(std::move(*Object));
  }
}

void Scenario::seal() {
  for (Allocation &Object : Objects)
    if (llvm::Error Err = sealOne(*A, Object))
      note(std::move(Err));
}

void Scenario::check() {
  CHECK(A->verify());
  CHECK(isConsistent(A->stats()));
  CHECK(A->stats().LiveObjects == Objects.size());
  // Without the fault, and without using it up.
  size_t FailNth = std::exchange(Memory.FailNth, 0);
  {
    Allocation Object = valueOf(A->allocate(footprint(FunctionSize, 8, 8)));
    writeFunction(Object[SegmentKind::Code].Working, 7);
    Object[SegmentKind::ROData].Working[7] = 1;
    REQUIRE_SUCCESS(sealOne(*A, Object));
    CHECK(callFunction(Object[SegmentKind::Code].Executor) == 7);
    Object[SegmentKind::RWData].Working[7] = 1;
  }
  CHECK(A->verify());
  Memory.FailNth = FailNth;
}

void Scenario::run() {
  llvm::Expected<ArenaPtr> Created = ArenaAccess::create(Options, Memory);
  if (!Created)
    return note(Created.takeError());
  A = std::move(*Created);
  allocate(50);
  check();
  seal();
  check();
  for (size_t I = 0; I < Objects.size(); ++I)
    Objects.erase(Objects.begin() + I);
  check();
  allocate(20);
  A->trim();
  check();
  seal();
  Objects.clear();
  check();
  A->trim();
  check();
  A.reset();
}

/// The scenario with the first, second ... call failing until none is left.
/// \returns the number of calls that could fail.
static size_t failEachCall(ArenaOptions O, int FailWith, bool KeepFailing,
                           size_t Step = 1) {
  size_t Errors = 0;
  for (size_t N = 1;; N += Step) {
    INFO("call " << N << " fails with errno " << FailWith
                 << (KeepFailing ? " and all after it" : ""));
    FaultMemory Memory;
    Memory.FailNth = N;
    Memory.FailWith = FailWith;
    Memory.KeepFailing = KeepFailing;
    Scenario S(Memory, O);
    S.run();
    Errors += S.Errors;
    CHECK(Memory.OpenReservations == 0);
    bool WasHit = KeepFailing ? Memory.FailNth == 1 : Memory.FailNth == 0;
    if (!WasHit) {
      CHECK(S.Errors == 0);
      CHECK(Errors > 0);
      return N - 1;
    }
  }
}

// Each address that was ever mapped costs sanitizers mappings of their own,
// which run out.
static constexpr size_t UsualStep = JITSLAB_HAS_SHADOW_MEMORY ? 5 : 1;

TEST_CASE("Whichever call fails the arena stays sound and loads again") {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  CHECK(failEachCall(O, ENOMEM, /*KeepFailing=*/false, UsualStep) > 20);
}

TEST_CASE("Whichever protection is refused the arena stays sound") {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  O.Near = reinterpret_cast<uintptr_t>(&valueOf<int>);
  CHECK(failEachCall(O, EACCES, /*KeepFailing=*/false, UsualStep) > 20);
}

TEST_CASE("When all calls fail from one on the arena stays sound") {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  CHECK(failEachCall(O, ENOMEM, /*KeepFailing=*/true, /*Step=*/3) > 20);
}

TEST_CASE("A default window whose first reservation fails is smaller") {
  WindowMemory Memory;
  Memory.FailNth = 1;
  // Near the process's libraries it is a share of what is free.
  ArenaOptions O;
  O.Grow = GENERATE(false, true);
  ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
  CHECK(A->options().WindowSize <=
        llvm::alignTo(DefaultWindowSize / 2, SlabSize));
  if (!O.Grow)
    CHECK(A->options().WindowSize ==
          llvm::alignTo(DefaultWindowSize / 2, SlabSize));
  CHECK(Memory.WindowsTried == 2);
}

TEST_CASE("A new window whose first slab is refused does not stay") {
  WindowMemory Memory;
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
  Allocation First = valueOf(A->allocate(footprint(0, 0, 3 * SlabSize)));
  // Behind the reservation, of which Dense makes two, and it maps twice.
  Memory.FailNth = O.ObjectLayout == Layout::Dense ? 5 : 2;
  std::string Message;
  CHECK(codeOf(A->allocate(footprint(0, 0, 2 * SlabSize)), Message) ==
        std::errc::not_enough_memory);
  INFO(Message);
  CHECK(mentions(Message, {"Cannot allocate memory"}));
  CHECK(Memory.WindowsTried == 2);
  CHECK(Memory.Windows.size() == 1);
  CHECK(A->stats().Windows == 1);
  CHECK(A->verify());
}
