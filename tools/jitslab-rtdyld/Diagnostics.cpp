//===- Diagnostics.cpp - How the loader says what went wrong --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Diagnostics.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdio>
#include <cstring>
#include <new>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

static constexpr char Prefix[] = "jitslab-rtdyld: error: ";

static StringRef CurrentFile;

WorkingOn::WorkingOn(StringRef File) : Previous(CurrentFile) {
  CurrentFile = File;
}

WorkingOn::~WorkingOn() { CurrentFile = Previous; }

Error errorIn(StringRef File, const Twine &What) {
  return make_error<StringError>(File + ": " + What, inconvertibleErrorCode());
}

[[noreturn]] static void leave() {
  std::fflush(nullptr);
  _exit(EXIT_FAILURE);
}

void exitWithError(Error Err) {
  outs().flush();
  errs() << Prefix << toString(std::move(Err)) << '\n';
  leave();
}

static void onFatalError(void *, const char *Reason, bool) {
  outs().flush();
  errs() << Prefix;
  if (!CurrentFile.empty())
    errs() << CurrentFile << ": ";
  errs() << Reason << '\n';
  leave();
}

// There is no heap left to format anything with.
[[noreturn]] static void onOutOfMemory() {
  auto Print = [](const char *Text, size_t Size) {
    // Nothing can be done about a message that cannot be written.
    (void)!write(STDERR_FILENO, Text, Size);
  };
  Print(Prefix, std::strlen(Prefix));
  if (!CurrentFile.empty()) {
    Print(CurrentFile.data(), CurrentFile.size());
    Print(": ", 2);
  }
  constexpr char What[] = "out of memory\n";
  Print(What, std::strlen(What));
  _exit(EXIT_FAILURE);
}

void installErrorHandlers() {
  install_fatal_error_handler(onFatalError);
  install_bad_alloc_error_handler(
      [](void *, const char *, bool) { onOutOfMemory(); });
  std::set_new_handler(onOutOfMemory);
}

} // namespace jitslab
