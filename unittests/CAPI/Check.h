//===- Check.h - Tests in C ---------------------------------------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_CAPI_CHECK_H
#define JITSLAB_UNITTESTS_CAPI_CHECK_H

#include "jitslab-c/jitslab.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The bindings are C: this is what a C++ test framework cannot show.

static int Failures = 0;

static inline int holds(int Condition, const char *Text, const char *File,
                        int Line) {
  if (!Condition) {
    ++Failures;
    fprintf(stderr, "%s:%d: failed: %s\n", File, Line, Text);
  }
  return Condition;
}

/// Counts and reports a condition that does not hold, and goes on.
#define CHECK(Condition)                                                       \
  ((void)holds(!!(Condition), #Condition, __FILE__, __LINE__))

/// For what the rest of the test cannot do without.
#define REQUIRE(Condition)                                                     \
  do {                                                                         \
    if (!holds(!!(Condition), #Condition, __FILE__, __LINE__))                 \
      exit(EXIT_FAILURE);                                                      \
  } while (0)

/// Runs a function that is a test; its name is a sentence.
#define RUN(Test)                                                              \
  do {                                                                         \
    fprintf(stderr, "%s\n", #Test);                                            \
    Test();                                                                    \
  } while (0)

/// An error that must not be; prints its text.
static inline void checkSuccess(LLVMErrorRef Err, const char *File, int Line) {
  if (!Err)
    return;
  char *Text = LLVMGetErrorMessage(Err);
  ++Failures;
  fprintf(stderr, "%s:%d: %s\n", File, Line, Text);
  LLVMDisposeErrorMessage(Text);
}
#define CHECK_SUCCESS(Call) checkSuccess(Call, __FILE__, __LINE__)

/// An error that has to be, with \p Part in its text, which the thread's last
/// error has to equal.
static inline void checkError(LLVMErrorRef Err, const char *Part,
                              const char *File, int Line) {
  if (!Err) {
    ++Failures;
    fprintf(stderr, "%s:%d: no error\n", File, Line);
    return;
  }
  const char *Last = JitslabGetLastError();
  char *Text = LLVMGetErrorMessage(Err);
  if (!strstr(Text, Part) || !Last || strcmp(Last, Text) != 0) {
    ++Failures;
    fprintf(stderr, "%s:%d: error: %s\nlast error: %s\nwanted: %s\n", File,
            Line, Text, Last ? Last : "none", Part);
  }
  LLVMDisposeErrorMessage(Text);
}
#define CHECK_ERROR(Call, Part) checkError(Call, Part, __FILE__, __LINE__)

/// The exit status of main.
static inline int result(void) {
  if (Failures)
    fprintf(stderr, "%d checks failed\n", Failures);
  return Failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif // JITSLAB_UNITTESTS_CAPI_CHECK_H
