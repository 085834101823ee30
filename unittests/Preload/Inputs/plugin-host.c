//===- plugin-host.c - Loads a host with dlopen, as Python does ---*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// plugin-host LIBRARY ARGUMENTS...: twice loads LIBRARY for itself only, calls
// its runHost and closes it.

#include <dlfcn.h>
#include <stdio.h>

typedef int RunFn(int, char **);

int main(int Count, char **Arguments) {
  for (int Time = 0; Time < 2; ++Time) {
    void *Library = dlopen(Arguments[1], RTLD_NOW | RTLD_LOCAL);
    RunFn *Run = Library ? (RunFn *)dlsym(Library, "runHost") : NULL;
    if (!Run) {
      printf("failed: %s\n", dlerror());
      return 1;
    }
    int Status = Run(Count - 1, Arguments + 1);
    if (Status)
      return Status;
    if (dlerror()) {
      printf("failed: the host sees an error that is not its own\n");
      return 1;
    }
    dlclose(Library);
  }
  return 0;
}
