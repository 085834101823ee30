//===- halide_pipelines.cpp - Pictures that Halide's code makes -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// halide_pipelines NUMBER: compiles and runs that many pipelines, prints what
// they compute, and stops itself, to be looked at.

#include <Halide.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>

using namespace Halide;

static constexpr int Size = 96;

/// Blurs a pattern, in a way of its own for each \p Number.
static Func makePipeline(int Number) {
  Var X("x"), Y("y");
  Func Pattern("pattern"), Rows("rows"), Blurred("blurred");
  Pattern(X, Y) = cast<uint16_t>((X * (Number + 3)) ^ (Y * (Number + 5)));
  Rows(X, Y) = Pattern(X, Y) + Pattern(X + 1, Y) + Pattern(X + 2, Y);
  Blurred(X, Y) =
      (Rows(X, Y) + Rows(X, Y + 1) + Rows(X, Y + 2)) / cast<uint16_t>(9);
  switch (Number % 4) {
  case 0:
    break;
  case 1:
    Blurred.vectorize(X, 8);
    break;
  case 2:
    Rows.compute_at(Blurred, Y);
    break;
  case 3:
    Rows.compute_root();
    Blurred.parallel(Y, 8);
    break;
  }
  return Blurred;
}

static uint64_t sumOf(const Buffer<uint16_t> &Picture) {
  uint64_t Sum = 0;
  for (int Y = 0; Y != Size; ++Y)
    for (int X = 0; X != Size; ++X)
      Sum = Sum * 31 + Picture(X, Y);
  return Sum;
}

int main(int Count, char **Arguments) {
  const int Number = Count == 2 ? std::atoi(Arguments[1]) : 0;
  if (Number <= 0) {
    std::fprintf(stderr, "usage: halide_pipelines NUMBER\n");
    return 2;
  }
  // Those that are kept stay compiled; the code of the others goes.
  std::vector<Func> Kept;
  for (int I = 0; I != Number; ++I) {
    Func Pipeline = makePipeline(I);
    Buffer<uint16_t> Picture = Pipeline.realize({Size, Size});
    std::printf("%d %016llx\n", I,
                static_cast<unsigned long long>(sumOf(Picture)));
    if (I % 3)
      Kept.push_back(Pipeline);
  }
  for (Func &Pipeline : Kept) {
    Buffer<uint16_t> Picture = Pipeline.realize({Size, Size});
    std::printf("again %016llx\n",
                static_cast<unsigned long long>(sumOf(Picture)));
  }
  std::fflush(stdout);
  std::raise(SIGSTOP);
  return 0;
}
