//===- initialised.c - Something to do before and after main --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <stdio.h>

// What C++ compilers call for destructors of static variables: ORC's platforms
// have it, where C's atexit is the process's own.
extern char __dso_handle;
int __cxa_atexit(void (*)(void *), void *, void *);

static volatile int Status = 1;

static void end(void *Unused) {
  (void)Unused;
  puts("finished");
  fflush(stdout);
}

__attribute__((constructor)) static void begin(void) {
  Status = 7;
  __cxa_atexit(end, NULL, &__dso_handle);
}

int main(void) { return Status; }
