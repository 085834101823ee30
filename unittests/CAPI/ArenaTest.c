//===- ArenaTest.c - Arenas from C ----------------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arenas.h"
#include "jitslab/Version.h"
#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>

static void theVersionIsThatOfTheHeader(void) {
  unsigned Major = 99, Minor = 99, Patch = 99;
  JitslabGetVersion(&Major, &Minor, &Patch);
  CHECK(Major == JITSLAB_VERSION_MAJOR);
  CHECK(Minor == JITSLAB_VERSION_MINOR);
  CHECK(Patch == JITSLAB_VERSION_PATCH);
  char Text[40];
  snprintf(Text, sizeof(Text), "%u.%u.%u", Major, Minor, Patch);
  CHECK(strcmp(Text, JITSLAB_VERSION_STRING) == 0);
  JitslabGetVersion(NULL, NULL, NULL);
}

static void theDefaultsAreThoseOfArenaOptions(void) {
  JitslabArenaOptions Options;
  memset(&Options, 0xFF, sizeof(Options));
  JitslabInitializeArenaOptions(&Options, sizeof(Options));
  CHECK(Options.Size == sizeof(Options));
  CHECK(Options.ObjectLayout == JitslabLayoutPerObject);
  CHECK(Options.NoGrow == 0);
  CHECK(Options.WindowSize == 0);
  CHECK(Options.Near == 0);
  CHECK(Options.HugePages == 0);
  CHECK(Options.NoFrames == 0);
  CHECK(Options.Below == 0);
}

static void zerosAreTheDefaults(void) {
  JitslabArenaOptions Defaults, Zeros;
  memset(&Zeros, 0, sizeof(Zeros));
  Zeros.Size = sizeof(Zeros);
  JitslabInitializeArenaOptions(&Defaults, sizeof(Defaults));
  CHECK(memcmp(&Defaults, &Zeros, sizeof(Zeros)) == 0);
  JitslabRemoteOptions Remote, None;
  memset(&None, 0, sizeof(None));
  None.Size = sizeof(None);
  JitslabInitializeRemoteOptions(&Remote, sizeof(Remote));
  CHECK(memcmp(&Remote, &None, sizeof(None)) == 0);
}

static void initializingStaysWithinTheSize(void) {
  union {
    JitslabArenaOptions Options;
    unsigned char Bytes[2 * sizeof(JitslabArenaOptions)];
  } Storage;
  JitslabArenaOptions *Options = &Storage.Options;
  unsigned char *Bytes = Storage.Bytes;
  const size_t Part = offsetof(JitslabArenaOptions, WindowSize);
  memset(Bytes, 0xAB, sizeof(Storage));
  JitslabInitializeArenaOptions(NULL, sizeof(*Options));
  JitslabInitializeArenaOptions(Options, sizeof(size_t) - 1);
  CHECK(Bytes[0] == 0xAB);
  JitslabInitializeArenaOptions(Options, Part);
  CHECK(Options->Size == Part);
  CHECK(Bytes[Part] == 0xAB);
  // More than any header's; the caller has not so much.
  JitslabInitializeArenaOptions(Options, 4097);
  JitslabInitializeArenaOptions(Options, SIZE_MAX);
  CHECK(Options->Size == Part);
  // A newer header: what this library does not know is cleared.
  JitslabInitializeArenaOptions(Options, sizeof(Storage));
  CHECK(Options->Size == sizeof(Storage));
  CHECK(Bytes[sizeof(*Options)] == 0 && Bytes[sizeof(Storage) - 1] == 0);
}

static void everyLayoutMakesAnArena(void) {
  for (uint32_t Layout = 0, End = numLayouts(); Layout != End; ++Layout) {
    JitslabArenaRef Arena = arenaWithLayout(Layout);
    JitslabArenaStats Stats = statsOf(Arena);
    CHECK(Stats.Windows == 1);
    CHECK(Stats.ReservedBytes >= SMALLEST_WINDOW);
    CHECK(Stats.LiveObjects == 0 && Stats.LiveBytes == 0);
    JitslabDisposeArena(Arena);
  }
}

static void theOptionsArriveAtTheArena(void) {
  static int Here;
  JitslabArenaOptions Options = defaultOptions();
  JitslabArenaRef Arena = NULL;
  Options.WindowSize = 2 * SMALLEST_WINDOW;
  Options.Near = (uintptr_t)&Here;
  Options.HugePages = 1;
  Options.NoFrames = 1;
  CHECK_SUCCESS(JitslabCreateArena(&Arena, &Options));
  REQUIRE(Arena);
  CHECK(statsOf(Arena).ReservedBytes == 2 * SMALLEST_WINDOW);
  CHECK(statsOf(Arena).WindowsNear == 1);
  JitslabDisposeArena(Arena);

  // Without options: the defaults.
  CHECK_SUCCESS(JitslabCreateArena(&Arena, NULL));
  CHECK(statsOf(Arena).ReservedBytes > 2 * SMALLEST_WINDOW);
  CHECK(statsOf(Arena).WindowsNear == 0);
  JitslabDisposeArena(Arena);
}

static void badOptionsAreErrors(void) {
  JitslabArenaOptions Options = defaultOptions();
  JitslabArenaRef Arena = (JitslabArenaRef)&Options;
  CHECK_ERROR(JitslabCreateArena(NULL, &Options), "Result is null");

  Options.ObjectLayout = numLayouts();
  CHECK_ERROR(JitslabCreateArena(&Arena, &Options), "there is no ObjectLayout");
  CHECK(!Arena);
  Options.ObjectLayout = UINT32_MAX;
  CHECK_ERROR(JitslabCreateArena(&Arena, &Options), "ObjectLayout 4294967295");

  Options = defaultOptions();
  Options.WindowSize = 1;
  CHECK_ERROR(JitslabCreateArena(&Arena, &Options), "WindowSize");
  CHECK(!Arena);

  Options = defaultOptions();
  Options.Below = SMALLEST_WINDOW;
  CHECK_ERROR(JitslabCreateArena(&Arena, &Options), "Below is 0x800000");
  CHECK(!Arena);

  // Half of a field would be another value.
  Options = defaultOptions();
  Options.Size = offsetof(JitslabArenaOptions, Below) + 4;
  CHECK_ERROR(JitslabCreateArena(&Arena, &Options),
              "JitslabArenaOptions::Size");
  CHECK(!Arena);
}

static void anOlderHeadersStructHasNoBound(void) {
  // What is behind it is not the library's to read.
  JitslabArenaOptions Options = defaultOptions();
  Options.Size = offsetof(JitslabArenaOptions, Below);
  Options.Below = 1;
  JitslabArenaRef Arena = NULL;
  CHECK_SUCCESS(JitslabCreateArena(&Arena, &Options));
  JitslabDisposeArena(Arena);
}

static void aStructOfNoVersionIsAnError(void) {
  // The first versions ended with these fields.
  const size_t LastOption = offsetof(JitslabArenaOptions, NoFrames);
  const size_t LastStat = offsetof(JitslabArenaStats, FrozenBytes);
  const size_t Bad[] = {0, 1, LastOption + sizeof(uint32_t) - 1, 4097,
                        SIZE_MAX};
  JitslabArenaRef Arena = NULL;
  JitslabArenaOptions Options = defaultOptions();
  for (size_t I = 0; I != sizeof(Bad) / sizeof(Bad[0]); ++I) {
    Options.Size = Bad[I];
    CHECK_ERROR(JitslabCreateArena(&Arena, &Options),
                "set it to sizeof(JitslabArenaOptions)");
    CHECK(!Arena);
  }
  Arena = arenaWithLayout(JitslabLayoutPerObject);
  JitslabArenaStats Stats;
  const size_t BadStats[] = {0, LastStat + sizeof(uint64_t) - 1, 4097,
                             SIZE_MAX};
  for (size_t I = 0; I != sizeof(BadStats) / sizeof(BadStats[0]); ++I) {
    Stats.Size = BadStats[I];
    Stats.Windows = 77;
    CHECK_ERROR(JitslabArenaGetStats(Arena, &Stats),
                "set it to sizeof(JitslabArenaStats)");
    CHECK(Stats.Windows == 77);
  }
  JitslabDisposeArena(Arena);
}

static void aNewerHeaderWorksIfItsAdditionsAreZero(void) {
  struct {
    JitslabArenaOptions Known;
    uint64_t Newer;
  } Options;
  JitslabArenaRef Arena = NULL;
  JitslabInitializeArenaOptions(&Options.Known, sizeof(Options));
  CHECK_SUCCESS(JitslabCreateArena(&Arena, &Options.Known));
  REQUIRE(Arena);

  struct {
    JitslabArenaStats Known;
    uint64_t Newer;
  } Stats;
  Stats.Known.Size = sizeof(Stats);
  Stats.Newer = 77;
  CHECK_SUCCESS(JitslabArenaGetStats(Arena, &Stats.Known));
  CHECK(Stats.Known.Size == sizeof(Stats));
  CHECK(Stats.Known.Windows == 1);
  CHECK(Stats.Newer == 0);
  JitslabDisposeArena(Arena);

  Options.Newer = UINT64_C(1) << 63;
  CHECK_ERROR(JitslabCreateArena(&Arena, &Options.Known), "does not know");
  CHECK(!Arena);
}

static void nullPointersAreErrors(void) {
  JitslabArenaStats Stats;
  Stats.Size = sizeof(Stats);
  CHECK_ERROR(JitslabArenaGetStats(NULL, &Stats), "Arena is null");
  uint64_t Bytes = 77;
  CHECK_ERROR(JitslabArenaTrim(NULL, &Bytes), "Arena is null");
  CHECK(Bytes == 77);
  JitslabArenaRef Arena = arenaWithLayout(JitslabLayoutPerObject);
  CHECK_ERROR(JitslabArenaGetStats(Arena, NULL), "Stats is null");
  CHECK_SUCCESS(JitslabArenaTrim(Arena, NULL));
  JitslabDisposeArena(Arena);
  JitslabDisposeArena(NULL);
}

static void aLookupSaysWhatAnAddressIs(void) {
  JitslabArenaRef Arena = arenaWithLayout(JitslabLayoutDense);
  struct {
    JitslabMemoryLocation Known;
    uint64_t Later;
  } Location;
  memset(&Location, 0xFF, sizeof(Location));
  Location.Known.Size = sizeof(Location);
  CHECK(JitslabArenaLookup(Arena, (uintptr_t)&Location, &Location.Known) == 0);
  CHECK(Location.Known.Size == sizeof(Location) && Location.Later == 0);
  CHECK(Location.Known.State == JitslabMemoryOutside);
  CHECK(Location.Known.SegmentBegin == 0 && Location.Known.SegmentSize == 0);
  // What cannot be answered leaves all as it was, the last error too.
  Location.Known.State = 77;
  CHECK(JitslabArenaLookup(NULL, 0, &Location.Known) == 0);
  CHECK(JitslabArenaLookup(Arena, 0, NULL) == 0);
  Location.Known.Size = sizeof(Location.Known) - 1;
  CHECK(JitslabArenaLookup(Arena, 0, &Location.Known) == 0);
  CHECK(Location.Known.State == 77);
  CHECK(JitslabGetLastError() == NULL);
  JitslabDisposeArena(Arena);
}

static void forkHandlersMayBeRegisteredAtAnyTime(void) {
  CHECK_SUCCESS(JitslabRegisterForkHandlers());
  JitslabArenaRef Arena = arenaWithLayout(JitslabLayoutPerObject);
  CHECK_SUCCESS(JitslabRegisterForkHandlers());
  CHECK(JitslabGetLastError() == NULL);
  JitslabDisposeArena(Arena);
}

static void *lastErrorOfThisThread(void *Unused) {
  (void)Unused;
  return (void *)(uintptr_t)JitslabGetLastError();
}

static void theLastErrorIsThatOfTheThreadsLastCall(void) {
  CHECK_ERROR(JitslabArenaTrim(NULL, NULL), "JitslabArenaTrim");
  CHECK(JitslabGetLastError() != NULL);
  pthread_t Thread;
  void *Others = &Thread;
  REQUIRE(pthread_create(&Thread, NULL, lastErrorOfThisThread, NULL) == 0);
  pthread_join(Thread, &Others);
  CHECK(Others == NULL);
  // Disposing is not a call that could have failed.
  JitslabDisposeArena(NULL);
  CHECK(JitslabGetLastError() != NULL);
  JitslabDisposeArena(arenaWithLayout(JitslabLayoutPerObject));
  CHECK(JitslabGetLastError() == NULL);
}

/// Consumes \p Err.
static uint32_t codeOf(LLVMErrorRef Err) {
  uint32_t Code = JitslabGetErrorCode(Err);
  CHECK(JitslabGetLastErrorCode() == Code);
  CHECK(JitslabGetErrorErrno(Err) == JitslabGetLastErrorErrno());
  // Asking has consumed nothing.
  CHECK(JitslabGetErrorCode(Err) == Code);
  LLVMConsumeError(Err);
  return Code;
}

static void errorsHaveCodes(void) {
  JitslabArenaOptions Options = defaultOptions();
  JitslabArenaRef Arena = NULL;
  Options.WindowSize = 1;
  CHECK(codeOf(JitslabCreateArena(&Arena, &Options)) == JitslabErrorBadOption);
  CHECK(codeOf(JitslabArenaTrim(NULL, NULL)) == JitslabErrorBadOption);
  CHECK(JitslabGetLastErrorErrno() == 0);
  CHECK(codeOf(JitslabRegisterForkHandlers()) == JitslabErrorNone);
  CHECK(JitslabGetErrorCode(LLVMErrorSuccess) == JitslabErrorNone);
  CHECK(JitslabGetErrorErrno(LLVMErrorSuccess) == 0);
  LLVMErrorRef Others = LLVMCreateStringError("another library's");
  CHECK(JitslabGetErrorCode(Others) == JitslabErrorOther);
  CHECK(JitslabGetErrorErrno(Others) == 0);
  LLVMConsumeError(Others);
}

static void aRefusalHasItsErrno(void) {
  struct rlimit Limit, None;
  CHECK(getrlimit(RLIMIT_NOFILE, &Limit) == 0);
  None = Limit;
  None.rlim_cur = 0;
  JitslabArenaOptions Options = defaultOptions();
  Options.ObjectLayout = JitslabLayoutDense;
  JitslabArenaRef Arena = NULL;
  CHECK(setrlimit(RLIMIT_NOFILE, &None) == 0);
  LLVMErrorRef Err = JitslabCreateArena(&Arena, &Options);
  CHECK(setrlimit(RLIMIT_NOFILE, &Limit) == 0);
  CHECK(JitslabGetErrorErrno(Err) == EMFILE);
  CHECK(codeOf(Err) == JitslabErrorSystemRefusal);
}

int main(void) {
  RUN(theVersionIsThatOfTheHeader);
  RUN(theDefaultsAreThoseOfArenaOptions);
  RUN(zerosAreTheDefaults);
  RUN(initializingStaysWithinTheSize);
  RUN(everyLayoutMakesAnArena);
  RUN(theOptionsArriveAtTheArena);
  RUN(badOptionsAreErrors);
  RUN(anOlderHeadersStructHasNoBound);
  RUN(aStructOfNoVersionIsAnError);
  RUN(aNewerHeaderWorksIfItsAdditionsAreZero);
  RUN(nullPointersAreErrors);
  RUN(aLookupSaysWhatAnAddressIs);
  RUN(forkHandlersMayBeRegisteredAtAnyTime);
  RUN(theLastErrorIsThatOfTheThreadsLastCall);
  RUN(errorsHaveCodes);
  RUN(aRefusalHasItsErrno);
  return result();
}
