//===- arguments.c - Says what main is given ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <stdio.h>

int main(int argc, char **argv) {
  for (int I = 0; I < argc; ++I)
    printf("argv[%d]=%s\n", I, argv[I]);
  printf("argv[argc] is %s\n", argv[argc] ? "not null" : "null");
  return 40 + argc;
}
