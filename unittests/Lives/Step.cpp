//===- Step.cpp - What a host does in its life ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/Step.h"
#include "llvm/ADT/SmallVector.h"

using namespace llvm;

namespace jitslab {

namespace {

struct Form {
  StringLiteral Name;
  unsigned Numbers;
  bool HasShape;
};

} // namespace

static constexpr Form Forms[] = {
#define JITSLAB_VERB(NAME, TEXT, NUMBERS, HAS_SHAPE) {TEXT, NUMBERS, HAS_SHAPE},
    JITSLAB_LIFE_VERBS(JITSLAB_VERB)
#undef JITSLAB_VERB
};

bool hasShape(Verb V) { return Forms[size_t(V)].HasShape; }

std::string Step::text() const {
  const Form &F = Forms[size_t(Do)];
  std::string Text = F.Name.str();
  for (unsigned I = 0; I != F.Numbers; ++I)
    Text += ' ' + std::to_string(Numbers[I]);
  if (F.HasShape)
    Text += ' ' + Modules.text();
  return Text;
}

static Error badStep(StringRef Line) {
  return createStringError(inconvertibleErrorCode(),
                           "'%s' is no step of a life", Line.str().c_str());
}

static Expected<Step> parseStep(StringRef Line) {
  SmallVector<StringRef, 8> Words;
  Line.split(Words, ' ', -1, /*KeepEmpty=*/false);
  for (const Form &F : Forms) {
    if (Words[0] != F.Name)
      continue;
    if (Words.size() != 1 + F.Numbers + F.HasShape)
      break;
    Step S;
    S.Do = Verb(&F - Forms);
    for (unsigned I = 0; I != F.Numbers; ++I)
      if (Words[1 + I].getAsInteger(10, S.Numbers[I]))
        return badStep(Line);
    if (F.HasShape) {
      auto Modules = Shape::parse(Words.back());
      if (!Modules)
        return badStep(Line);
      S.Modules = *Modules;
    }
    return S;
  }
  return badStep(Line);
}

Expected<Life> parseLife(StringRef Text) {
  Life Steps;
  while (!Text.empty()) {
    size_t End = Text.find_first_of(";\n");
    StringRef Line = Text.take_front(End).trim();
    Text = End == StringRef::npos ? StringRef() : Text.drop_front(End + 1);
    if (Line.empty() || Line.front() == '#')
      continue;
    auto S = parseStep(Line);
    if (!S)
      return S.takeError();
    Steps.push_back(*S);
  }
  return Steps;
}

} // namespace jitslab
