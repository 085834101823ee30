//===- LifeShrinker.cpp - Shortens a life ---------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/LifeShrinker.h"

namespace jitslab {

namespace {

class Shrinker {
public:
  Shrinker(Life Steps, const std::function<bool(const Life &)> &Fails,
           size_t Tries)
      : Steps(std::move(Steps)), Fails(Fails), TriesLeft(Tries) {}

  Life shrink() {
    // As Zeller's ddmin does, but complements only: ever smaller parts.
    for (size_t Part = Steps.size() / 2; Part != 0;) {
      bool HasShrunk = false;
      // From the end: later steps need earlier ones.
      for (size_t End = Steps.size(); End != 0;
           End = End > Part ? End - Part : 0)
        HasShrunk |= tryWithout(End > Part ? End - Part : 0,
                                std::min(End, Steps.size()));
      if (!HasShrunk || Part > Steps.size())
        Part /= 2;
    }
    for (size_t I = 0; I != Steps.size(); ++I)
      makeSmaller(I);
    return std::move(Steps);
  }

private:
  bool adopt(Life Shorter) {
    if (TriesLeft == 0)
      return false;
    --TriesLeft;
    if (!Fails(Shorter))
      return false;
    Steps = std::move(Shorter);
    return true;
  }

  bool tryWithout(size_t Begin, size_t End) {
    if (Begin >= End)
      return false;
    Life Shorter = Steps;
    Shorter.erase(Shorter.begin() + ptrdiff_t(Begin),
                  Shorter.begin() + ptrdiff_t(End));
    return adopt(std::move(Shorter));
  }

  template <typename Fn> bool tryChanged(size_t Index, Fn Change) {
    Life Simpler = Steps;
    Change(Simpler[Index]);
    if (Simpler[Index].text() == Steps[Index].text())
      return false;
    return adopt(std::move(Simpler));
  }

  void makeSmaller(size_t I) {
    if (hasShape(Steps[I].Do)) {
      if (!tryChanged(I, [](Step &S) { S.Modules = Shape(); }))
        for (unsigned Shape::*Part :
             {&Shape::Functions, &Shape::Comdats, &Shape::Sections,
              &Shape::CommonKiB, &Shape::ZeroKiB, &Shape::ConstantKiB})
          tryChanged(I, [&](Step &S) { S.Modules.*Part = Shape().*Part; });
    }
    if (Steps[I].Do == Verb::Load) {
      tryChanged(I, [](Step &S) { S.Numbers[3] = 0; });
      tryChanged(I, [](Step &S) { S.Numbers[4] = 0; });
      while (tryChanged(
          I, [](Step &S) { S.Numbers[2] = std::max(S.Numbers[2] / 2, 1U); }))
        continue;
    }
  }

  Life Steps;
  const std::function<bool(const Life &)> &Fails;
  size_t TriesLeft;
};

} // namespace

Life shrinkLife(Life Steps, const std::function<bool(const Life &)> &Fails,
                size_t Tries) {
  return Shrinker(std::move(Steps), Fails, Tries).shrink();
}

} // namespace jitslab
