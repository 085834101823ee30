//===- jitslab-run.cpp - Runs a program with the preload ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostProgram.h"
#include "PreloadOptions.h"
#include "RunOptions.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <unistd.h>
#include <vector>

using namespace llvm;
using namespace jitslab;

// As env(1), nohup(1) and others have them.
static constexpr int CannotStart = 125, CannotExecute = 126, NotFound = 127;

static void say(const Twine &What) {
  errs() << "jitslab-run: " << What << '\n';
}

static int fail(int Status, const Twine &What) {
  say("error: " + What);
  return Status;
}

/// libjitslab-preload.so, as the build and as the installation place it beside
/// this program. Empty if it is not there.
static std::string findPreload() {
  std::string Self = sys::fs::getMainExecutable(nullptr, nullptr);
  for (StringRef Folder : {"lib", JITSLAB_PRELOAD_FOLDER}) {
    SmallString<128> Path(sys::path::parent_path(sys::path::parent_path(Self)));
    sys::path::append(Path, Folder, "libjitslab-preload.so");
    if (sys::fs::exists(Path))
      return Path.str().str();
  }
  return "";
}

/// Is there anything beside \p Preload that serves an LLVM?
static bool hasBackend(const std::string &Preload) {
  std::error_code EC;
  for (sys::fs::directory_iterator At(sys::path::parent_path(Preload), EC), End;
       At != End && !EC; At.increment(EC)) {
    StringRef Name = sys::path::filename(At->path());
    if (Name.consume_front("libjitslab-preload-llvm") &&
        Name.find(".so") != StringRef::npos)
      return true;
  }
  return false;
}

/// LLVM's streams report what they could not write when the process ends, and
/// then end it as if it had run something.
static void onFatalError(void *, const char *Reason, bool) {
  for (const char *Text : {"jitslab-run: error: ", Reason, "\n"})
    // Nothing can be done about a message that cannot be written.
    (void)!write(STDERR_FILENO, Text, std::strlen(Text));
  _exit(CannotStart);
}

/// As execvp does it: what has no format that the kernel knows is a script for
/// the shell. Returns if it fails, with errno set.
static void execute(const std::string &Program, std::vector<char *> Arguments) {
  execv(Program.c_str(), Arguments.data());
  if (errno != ENOEXEC)
    return;
  std::string Shell = "/bin/sh", Script = Program;
  Arguments.front() = Script.data();
  Arguments.insert(Arguments.begin(), Shell.data());
  execv(Shell.c_str(), Arguments.data());
}

static std::string preloadList(const std::string &Preload) {
  const char *Others = std::getenv("LD_PRELOAD");
  return Others && *Others ? Preload + ":" + Others : Preload;
}

int main(int Argc, char **Argv) {
  install_fatal_error_handler(onFatalError);
  auto Options = parseRunOptions(ArrayRef<char *>(Argv, Argc).drop_front());
  if (!Options)
    return fail(CannotStart, toString(Options.takeError()));

  std::string Preload = findPreload();
  if (Preload.empty())
    return fail(
        CannotStart,
        "there is no libjitslab-preload.so in lib or " JITSLAB_PRELOAD_FOLDER
        ", beside the folder of this program");
  // The dynamic linker separates the names in LD_PRELOAD by both.
  if (StringRef(Preload).find_first_of(": ") != StringRef::npos)
    return fail(CannotStart, Preload + ": LD_PRELOAD cannot have paths with a "
                                       "space or a colon; move jitslab");

  auto Program = sys::findProgramByName(Options->Program);
  if (!Program)
    return fail(NotFound,
                Options->Program + ": " + Program.getError().message());
  if (std::string What = whyNoProgram(*Program); !What.empty())
    return fail(CannotExecute, *Program + ": " + What + ", not a program");
  if (!hasBackend(Preload))
    say("no LLVM is served: there is no libjitslab-preload-llvmN.so beside " +
        Preload);
  if (std::string Why = whyNotPreloaded(*Program); !Why.empty())
    say(Why + ": it runs without the preload");
  else if (Options->Verbose)
    say("preloading " + Preload + " into " + *Program);

  setenv("LD_PRELOAD", preloadList(Preload).c_str(), 1);
  setenv(OptionsVariable, Options->Preload.c_str(), 1);
  // The program keeps the number of this process.
  setenv(StartedVariable, std::to_string(getpid()).c_str(), 1);
  std::vector<char *> Arguments = {Options->Program.data()};
  for (std::string &Argument : Options->Arguments)
    Arguments.push_back(Argument.data());
  Arguments.push_back(nullptr);
  execute(*Program, std::move(Arguments));
  std::error_code EC(errno, std::generic_category());
  return fail(EC.value() == ENOENT ? NotFound : CannotExecute,
              *Program + ": " + EC.message());
}
