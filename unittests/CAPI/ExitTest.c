//===- ExitTest.c - The C interface while a process ends ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arenas.h"
#include <unistd.h>

static JitslabArenaRef Arena;

static LLVMErrorRef badOption(void) {
  JitslabArenaOptions Options = defaultOptions();
  JitslabArenaRef None = NULL;
  Options.WindowSize = 1;
  return JitslabCreateArena(&None, &Options);
}

/// What C++ has for each thread is destroyed before exit handlers run.
static void exitHandlersMayCallEverything(void) {
  CHECK(JitslabGetLastError() == NULL);
  CHECK(statsOf(Arena).LiveObjects == 0);
  LLVMErrorRef Err = badOption();
  CHECK(JitslabGetErrorCode(Err) == JitslabErrorBadOption);
  LLVMConsumeError(Err);
  CHECK(JitslabGetLastError() == NULL);
  CHECK(JitslabGetLastErrorCode() == JitslabErrorNone);
  CHECK(JitslabGetLastErrorErrno() == 0);
  JitslabDisposeArena(Arena);
  fflush(NULL);
  _exit(result());
}

int main(void) {
  Arena = smallArena();
  CHECK(atexit(exitHandlersMayCallEverything) == 0);
  CHECK_ERROR(badOption(), "WindowSize");
  exit(EXIT_FAILURE); // The handler says otherwise.
}
