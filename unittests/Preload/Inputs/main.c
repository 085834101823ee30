//===- main.c - A program that calls runHost ----------------------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// With JITSLAB_TEST_MAPS in the environment it says afterwards whether the
// process has mapped a backend of the preload, and memory as large as a window
// of 512 MiB.

#include "c-host.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void describeMappings(void) {
  FILE *Maps = fopen("/proc/self/maps", "r");
  char Line[4096];
  unsigned long Begin, End, LastEnd = 0, Size = 0;
  int HasBackend = 0, HasWindow = 0;
  while (Maps && fgets(Line, sizeof(Line), Maps)) {
    if (sscanf(Line, "%lx-%lx", &Begin, &End) != 2)
      continue;
    // Parts of a window have different rights.
    Size = Begin == LastEnd ? Size + (End - Begin) : End - Begin;
    LastEnd = End;
    HasWindow |= Size >= 512ul << 20;
    HasBackend |= strstr(Line, "jitslab-preload-llvm") != NULL;
  }
  if (Maps)
    fclose(Maps);
  fprintf(stderr, "backend: %d, window: %d\n", HasBackend, HasWindow);
}

int main(int Count, char **Arguments) {
  int Status = runHost(Count, Arguments);
  if (getenv("JITSLAB_TEST_MAPS"))
    describeMappings();
  return Status;
}
