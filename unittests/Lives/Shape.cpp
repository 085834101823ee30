//===- Shape.cpp - What a module of a life looks like ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/Shape.h"
#include "llvm/ADT/SmallVector.h"

using namespace llvm;

namespace jitslab {

namespace {

struct Part {
  char Letter;
  unsigned Shape::*Number;
};

constexpr Part Parts[] = {{'f', &Shape::Functions}, {'c', &Shape::Comdats},
                          {'s', &Shape::Sections},  {'k', &Shape::CommonKiB},
                          {'b', &Shape::ZeroKiB},   {'r', &Shape::ConstantKiB}};

} // namespace

std::string Shape::text() const {
  std::string Text;
  for (const Part &P : Parts) {
    if (!Text.empty())
      Text += ',';
    Text += std::to_string(this->*P.Number) + P.Letter;
  }
  return Text;
}

std::optional<Shape> Shape::parse(StringRef Text) {
  Shape S;
  SmallVector<StringRef, 8> Words;
  Text.split(Words, ',');
  if (Words.size() != std::size(Parts))
    return std::nullopt;
  for (size_t I = 0; I != std::size(Parts); ++I)
    if (Words[I].empty() || Words[I].back() != Parts[I].Letter ||
        Words[I].drop_back().getAsInteger(10, S.*Parts[I].Number))
      return std::nullopt;
  if (S.Functions == 0)
    return std::nullopt;
  return S;
}

} // namespace jitslab
