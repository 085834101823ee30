//===- early.c - A library that uses LLVM when it is loaded -------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "c-host.h"
#include <stdio.h>

// What a backend calls, if there is the preload. Dynamic linkers have mostly
// run the preload's constructors by the time that there is a backend.
__attribute__((weak)) int
jitslab_preload_atfork_1(void (*)(void), void (*)(void), void (*)(void));

static void doNothing(void) {}

__attribute__((constructor)) static void useLLVM(void) {
  if (jitslab_preload_atfork_1 &&
      jitslab_preload_atfork_1(doNothing, doNothing, doNothing))
    printf("the preload has not registered for forks\n");
  char Name[] = "early", Mode[] = "mcjit";
  char *Arguments[] = {Name, Mode};
  runHost(2, Arguments);
}
