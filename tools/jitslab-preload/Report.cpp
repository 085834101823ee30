//===- Report.cpp - What the preload tells of its hosts -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// As Dispatch.cpp, this needs nothing but the C library.

#include "Report.h"
#include "OptionNames.h"
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace jitslab {

/// True if the options, between which are commas, have \p Name. What else they
/// say is for the backend, which is not there when this is asked.
static bool hasOption(const char *Name) {
  size_t Length = std::strlen(Name);
  const char *Option = std::getenv(OptionsVariable);
  while (Option && *Option) {
    const char *End = strchrnul(Option, ',');
    if (static_cast<size_t>(End - Option) == Length &&
        std::strncmp(Option, Name, Length) == 0)
      return true;
    Option = *End ? End + 1 : nullptr;
  }
  return false;
}

/// Prints a line to stderr, in one piece.
__attribute__((format(printf, 1, 2))) static void say(const char *Format, ...) {
  char Line[2048];
  int Start =
      std::snprintf(Line, sizeof(Line),
                    "jitslab-preload[%ld]: ", static_cast<long>(getpid()));
  va_list Arguments;
  va_start(Arguments, Format);
  // What is longer than anything that is said here is cut off.
  size_t Room = sizeof(Line) - static_cast<size_t>(Start) - 1;
  int Size = std::vsnprintf(Line + Start, Room, Format, Arguments);
  va_end(Arguments);
  if (Size < 0)
    return;
  size_t End =
      static_cast<size_t>(Start) +
      (static_cast<size_t>(Size) < Room ? static_cast<size_t>(Size) : Room - 1);
  Line[End] = '\n';
  // Nothing can be done about a message that cannot be written.
  (void)!write(STDERR_FILENO, Line, End + 1);
}

namespace {
/// Why something was not served; empty for a way in that was seen.
struct Record {
  const LLVMVersion *Version;
  std::atomic<const char *> Why{nullptr};
};
} // namespace

/// More than there are reasons in one process; what comes later is not noted.
static constexpr size_t MaxRecords = 64;
static Record Records[MaxRecords];
static std::atomic<size_t> NumRecords{0};
/// The process whose records they are. What the parent of a fork has noted, it
/// tells itself.
static std::atomic<pid_t> Recorder{0};

static size_t recorded() {
  size_t N = NumRecords.load(std::memory_order_relaxed);
  return N < MaxRecords ? N : MaxRecords;
}

/// \returns false if this is known already.
static bool record(const LLVMVersion &Version, const char *Why) {
  pid_t Self = getpid();
  if (Recorder.exchange(Self) != Self) {
    for (Record &R : Records)
      R.Why = nullptr;
    NumRecords = 0;
  }
  for (size_t I = 0, N = recorded(); I != N; ++I)
    if (const char *Known = Records[I].Why;
        Known && Records[I].Version == &Version && std::strcmp(Known, Why) == 0)
      return false;
  size_t Place = NumRecords.fetch_add(1);
  if (Place < MaxRecords) {
    Records[Place].Version = &Version;
    Records[Place].Why = Why;
  }
  return true;
}

void noteWayIn(EntryPoint &Entry) {
  record(Entry.Version, "");
  if (!Entry.Seen.exchange(true) && hasOption(VerboseOption))
    say("LLVM %u: the host has called %s", Entry.Version.Major, Entry.Label);
}

void note(const LLVMVersion &Version, const ServeResult &Result) {
  if (!Result.WhyNot || !record(Version, Result.WhyNot))
    return;
  if (Result.IsError)
    say("LLVM %u: %s; LLVM's memory manager stays", Version.Major,
        Result.WhyNot);
  else if (hasOption(VerboseOption))
    say("LLVM %u: left alone: %s", Version.Major, Result.WhyNot);
}

void noteInCase(const LLVMVersion &Version, const char *Why) {
  record(Version, Why);
}

/// Says of \p Version, whose first record is that at \p First, why nothing was
/// served, if so.
static void sayIfNothingWasServed(const LLVMVersion &Version, size_t First) {
  const PreloadBackend *Backend = Version.Backend;
  if (Backend && Backend->HasServed && Backend->HasServed())
    return;
  char Reasons[1024] = "";
  size_t Length = 0;
  for (size_t I = First, N = recorded(); I != N; ++I) {
    const char *Why = Records[I].Why;
    if (!Why || !*Why || Records[I].Version != &Version ||
        Length >= sizeof(Reasons))
      continue;
    int More = std::snprintf(Reasons + Length, sizeof(Reasons) - Length, "%s%s",
                             Length ? "; " : "", Why);
    Length += static_cast<size_t>(More < 0 ? 0 : More);
  }
  say("LLVM %u: nothing was served: %s", Version.Major,
      Length ? Reasons : "no engine was made that compiles");
}

/// True in the process that jitslab-run has become, which is the one that its
/// user asks about.
static bool wasStarted() {
  const char *Started = std::getenv(StartedVariable);
  return Started && std::strtol(Started, nullptr, 10) == getpid();
}

__attribute__((destructor)) static void atExit() {
  if (!hasOption(StatsOption))
    return;
  bool Own = Recorder == getpid();
  if (!Own && wasStarted())
    say("nothing was served: no function of a supported LLVM was called that "
        "makes an engine");
  for (size_t I = 0, N = Own ? recorded() : 0; I != N; ++I) {
    const LLVMVersion *Version = Records[I].Version;
    bool First = Version != nullptr;
    for (size_t Earlier = 0; Earlier != I; ++Earlier)
      First &= Records[Earlier].Version != Version;
    if (First)
      sayIfNothingWasServed(*Version, I);
  }
}

} // namespace jitslab
