//===- crashing.c - Crashes, in ways that can be told apart ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

static const int Constant[8] = {1, 2, 3};

int main(int Argc, char **Argv) {
  (void)Argv;
#if defined(__x86_64__)
  if (Argc > 2) {
    __asm__ volatile("int3");
    return 0;
  }
#endif
  // The compiler must not see what is written to.
  volatile int *Target = (volatile int *)8;
  if (Argc > 1)
    Target = (volatile int *)&Constant[Argc % 8];
  __asm__("" : "+r"(Target));
  *Target = 1;
  return 0;
}
