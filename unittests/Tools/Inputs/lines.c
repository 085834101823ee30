//===- lines.c - Two functions with debug information --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

static volatile int Sink;

int first(int X) {
  Sink = X;
  return X + 1;
}

int second(int X) {
  int Y = first(X);
  return Y * 2;
}
