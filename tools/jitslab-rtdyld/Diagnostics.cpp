//===- Diagnostics.cpp - How the loader says what went wrong --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Diagnostics.h"
#include "Sanitizers.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

// "<program>: error: ", at an address that signal handlers can use.
static std::string &prefix() {
  static std::string Text = "jitslab-rtdyld: error: ";
  return Text;
}

void setProgramName(StringRef Name) { prefix() = (Name + ": error: ").str(); }

StringRef programName() { return StringRef(prefix()).split(": error: ").first; }

static StringRef CurrentFile;

std::string printable(StringRef Text) {
  bool IsUTF8 = json::isUTF8(Text);
  std::string Result;
  auto Escape = [&](unsigned char C) {
    Result += '\\';
    Result += hexdigit(C >> 4);
    Result += hexdigit(C & 15);
  };
  for (size_t I = 0; I != Text.size(); ++I) {
    auto C = static_cast<unsigned char>(Text[I]);
    // U+0080 to U+009F are control characters too.
    if (IsUTF8 && C == 0xc2 && static_cast<unsigned char>(Text[I + 1]) < 0xa0) {
      Escape(C);
      Escape(Text[++I]);
    } else if (C < 0x20 || C == 0x7f || (C >= 0x80 && !IsUTF8)) {
      Escape(C);
    } else {
      Result += Text[I];
    }
  }
  return Result;
}

Error errorIn(StringRef File, const Twine &What) {
  return make_error<StringError>(File + ": " + What, inconvertibleErrorCode());
}

Error libraryError(const std::string &Path, StringRef Why) {
  // What dlopen says begins with the file's name in most cases.
  std::string Text = Why.find(Path) == 0 ? Why.str() : Path + ": " + Why.str();
  // Names without a slash are looked for in the system's folders only.
  if (StringRef(Path).find('/') == StringRef::npos && sys::fs::exists(Path))
    Text += "; -dylib=./" + Path + " is the file in this folder";
  return make_error<StringError>(Text, inconvertibleErrorCode());
}

[[noreturn]] static void leave() {
  std::fflush(nullptr);
  _exit(EXIT_FAILURE);
}

void exitWithError(Error Err) {
  outs().flush();
  std::string Text = toString(std::move(Err));
  SmallVector<StringRef, 4> Lines;
  StringRef(Text).split(Lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef Line : Lines)
    errs() << prefix() << printable(Line) << '\n';
  leave();
}

static std::function<std::string(StringRef)> Explain;

FatalErrorExplainer::FatalErrorExplainer(
    std::function<std::string(StringRef)> F) {
  Explain = std::move(F);
}
FatalErrorExplainer::~FatalErrorExplainer() { Explain = nullptr; }

static void onFatalError(void *, const char *Reason, bool) {
  outs().flush();
  if (std::string Text = Explain ? Explain(Reason) : ""; !Text.empty()) {
    errs() << prefix() << printable(Text) << '\n';
    leave();
  }
  errs() << prefix();
  if (!CurrentFile.empty())
    errs() << CurrentFile << ": ";
  errs() << printable(Reason) << '\n';
  leave();
}

// Neither the heap nor a lock can be counted on.
[[noreturn]] static void leaveAtOnce(StringRef What) {
  for (StringRef Text :
       {StringRef(prefix()), CurrentFile,
        StringRef(CurrentFile.empty() ? "" : ": "), What, StringRef("\n")})
    // Nothing can be done about a message that cannot be written.
    (void)!write(STDERR_FILENO, Text.data(), Text.size());
  _exit(EXIT_FAILURE);
}

[[noreturn]] static void onOutOfMemory() {
  rlimit Soft;
  leaveAtOnce(getrlimit(RLIMIT_AS, &Soft) == 0 && Soft.rlim_cur != RLIM_INFINITY
                  ? "out of memory, or of the address space that RLIMIT_AS "
                    "(ulimit -v) allows"
                  : "out of memory");
}

void installErrorHandlers() {
  install_fatal_error_handler(onFatalError);
  install_bad_alloc_error_handler(
      [](void *, const char *, bool) { onOutOfMemory(); });
  std::set_new_handler(onOutOfMemory);
}

void setCrashHandler(ArrayRef<int> Signals, CrashHandler *Handler) {
  // The stack may be what is used up.
  static char Stack[64 * 1024];
  stack_t Alternate = {};
  Alternate.ss_sp = Stack;
  Alternate.ss_size = sizeof(Stack);
  sigaltstack(&Alternate, nullptr);
  struct sigaction Act = {};
  if (Handler) {
    Act.sa_sigaction = Handler;
    Act.sa_flags = SA_ONSTACK | SA_SIGINFO;
  } else {
    Act.sa_handler = SIG_DFL;
  }
  sigemptyset(&Act.sa_mask);
  for (int Signal : Signals)
    sigaction(Signal, &Act, nullptr);
}

// A sanitizer says more about a crash than this can.
#define JITSLAB_CATCH_CRASHES (!JITSLAB_HAS_ASAN && !JITSLAB_HAS_TSAN)

#if JITSLAB_CATCH_CRASHES
static constexpr int CrashSignals[] = {SIGSEGV, SIGBUS,  SIGILL,
                                       SIGFPE,  SIGABRT, SIGTRAP};

static void onCrash(int Signal, siginfo_t *, void *) {
  switch (Signal) {
  case SIGABRT:
    leaveAtOnce("LLVM gave up (SIGABRT) on what this file asks for");
  case SIGFPE:
    leaveAtOnce("LLVM crashed (SIGFPE) on what this file asks for");
  case SIGSEGV:
  case SIGBUS:
    leaveAtOnce("LLVM crashed (SIGSEGV) on what this file asks for");
  default:
    leaveAtOnce("LLVM crashed (SIGILL) on what this file asks for");
  }
}
#endif

WorkingOn::WorkingOn(StringRef File)
    : Printable(printable(File)), Previous(CurrentFile) {
#if JITSLAB_CATCH_CRASHES
  if (CurrentFile.empty())
    setCrashHandler(CrashSignals, onCrash);
#endif
  CurrentFile = Printable;
}

WorkingOn::~WorkingOn() {
  CurrentFile = Previous;
#if JITSLAB_CATCH_CRASHES
  if (CurrentFile.empty())
    setCrashHandler(CrashSignals, nullptr);
#endif
}

} // namespace jitslab
