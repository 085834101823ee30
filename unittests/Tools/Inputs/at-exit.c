//===- at-exit.c - Code that runs after main ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <stdio.h>
#include <stdlib.h>

static void leave(void) { puts("left"); }
int main(void) { return atexit(leave) ? 1 : 3; }
