//===- ForkFixture.h - Code that two processes run --------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_FORKFIXTURE_H
#define JITSLAB_UNITTESTS_FORKFIXTURE_H

#include "Support/ArenaFixture.h"
#include "Support/Catch.h"
#include "Support/Child.h"
#include "Support/MachineCode.h"
#include "Support/Random.h"

namespace jitslab {

struct Function {
  Allocation Object;
  uint16_t Value = 0;

  bool isRight() const {
    return callFunction(Object[SegmentKind::Code].Executor) == Value;
  }
};

inline ArenaOptions denseOptions() {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = Layout::Dense;
  O.WindowSize = 16 * SlabSize;
  return O;
}

// Without Catch2's assertions: also for children and threads.
inline Function load(Arena &A, uint16_t Value, size_t Size = 200) {
  Function F;
  F.Value = Value;
  F.Object = llvm::cantFail(A.allocate(footprint(Size, 16, 16)));
  writeFunction(F.Object[SegmentKind::Code].Working, Value);
  llvm::cantFail(sealOne(A, F.Object));
  return F;
}

inline std::vector<Function> loadSome(Arena &A, uint16_t First, size_t N) {
  std::vector<Function> Functions;
  for (size_t I = 0; I != N; ++I)
    Functions.push_back(load(A, uint16_t(First + I)));
  return Functions;
}

inline bool allRight(const std::vector<Function> &Functions) {
  return std::all_of(Functions.begin(), Functions.end(),
                     [](const Function &F) { return F.isRight(); });
}

/// Lets one process wait for another.
class Turn {
public:
  Turn() { Ok = pipe(Ends) == 0; }
  ~Turn() {
    close(Ends[0]);
    close(Ends[1]);
  }
  void pass() { Ok &= write(Ends[1], "x", 1) == 1; }
  void wait() {
    char C;
    Ok &= read(Ends[0], &C, 1) == 1;
  }
  bool Ok;

private:
  int Ends[2];
};

/// Runs \p Body in a child at the same time. wait says whether it returned
/// true.
class Child {
public:
  template <typename Fn> explicit Child(Fn Body) {
    ID = fork();
    if (ID == 0)
      _exit(Body() ? 0 : 1);
  }
  bool wait() {
    ChildOutcome Outcome;
    waitpid(ID, &Outcome.Status, 0);
    UNSCOPED_INFO("child: " << Outcome.describe());
    return Outcome.passed();
  }

private:
  pid_t ID;
};

inline bool loadAndFree(Arena &A, uint64_t Seed, std::vector<Function> Old,
                        int Steps) {
  Random Rand(Seed);
  std::vector<Function> Live;
  bool Ok = allRight(Old);
  for (int Step = 0; Step != Steps && Ok; ++Step) {
    Live.push_back(load(A, uint16_t(Rand.next()), Rand.between(8, 5000)));
    Ok &= Live[Rand.below(Live.size())].isRight();
    if (Rand.percent(60))
      Live.erase(Live.begin() + Rand.below(Live.size()));
    if (!Old.empty() && Rand.percent(10))
      Old.erase(Old.begin() + Rand.below(Old.size()));
    if (Rand.percent(2))
      A.trim();
  }
  return Ok && allRight(Live) && allRight(Old) && A.verify();
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_FORKFIXTURE_H
