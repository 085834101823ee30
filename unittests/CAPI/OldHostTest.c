//===- OldHostTest.c - A host of 1.0 with today's library -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// In place of the header of today. Whatever a program of then has compiled in
// has to work with the library of now.
#include "Package/abi/jitslab-1.0.h"

#include "Check.h"
#include <stdint.h>

static void anArenaIsMadeAndAsked(void) {
  JitslabArenaOptions Options;
  JitslabArenaRef Arena = NULL;
  JitslabInitializeArenaOptions(&Options, sizeof(Options));
  Options.ObjectLayout = JitslabLayoutPerProtection;
  Options.WindowSize = (uint64_t)16 << 20;
  Options.NoGrow = 1;
  CHECK_SUCCESS(JitslabCreateArena(&Arena, &Options));
  REQUIRE(Arena);

  // What lies behind the struct stays as it was.
  struct {
    JitslabArenaStats Stats;
    uint64_t Behind;
  } S;
  memset(&S, 0x5A, sizeof(S));
  S.Stats.Size = sizeof(S.Stats);
  CHECK_SUCCESS(JitslabArenaGetStats(Arena, &S.Stats));
  CHECK(S.Stats.Windows == 1 && S.Stats.ReservedBytes == Options.WindowSize);
  CHECK(S.Stats.LiveObjects == 0 && S.Stats.OutsideBytes == 0);
  CHECK(S.Behind == UINT64_C(0x5A5A5A5A5A5A5A5A));

  struct {
    JitslabMemoryLocation Location;
    uint64_t Behind;
  } L;
  memset(&L, 0x5A, sizeof(L));
  L.Location.Size = sizeof(L.Location);
  CHECK(!JitslabArenaLookup(Arena, (uint64_t)(uintptr_t)&L, &L.Location));
  CHECK(L.Location.State == JitslabMemoryOutside && L.Location.Offset == 0);
  CHECK(L.Behind == UINT64_C(0x5A5A5A5A5A5A5A5A));

  uint64_t Bytes = 77;
  CHECK_SUCCESS(JitslabArenaTrim(Arena, &Bytes));
  CHECK(Bytes == 0);

  LLVMMCJITMemoryManagerRef Manager = NULL;
  CHECK_SUCCESS(JitslabCreateMCJITMemoryManager(&Manager, Arena));
  REQUIRE(Manager);
  JitslabDisposeArena(Arena);
  CHECK_SUCCESS(JitslabMCJITMemoryManagerTakeError(Manager));
  LLVMDisposeMCJITMemoryManager(Manager);
}

static void aStructIsInitializedAndNoMore(void) {
  struct {
    JitslabArenaOptions Options;
    uint64_t Behind;
    JitslabRemoteOptions Remote;
    uint64_t BehindRemote;
  } O;
  memset(&O, 0x5A, sizeof(O));
  JitslabInitializeArenaOptions(&O.Options, sizeof(O.Options));
  JitslabInitializeRemoteOptions(&O.Remote, sizeof(O.Remote));
  CHECK(O.Options.Size == sizeof(O.Options) && O.Options.Below == 0);
  CHECK(O.Remote.Size == sizeof(O.Remote) && O.Remote.OutsideMinSize == 0);
  CHECK(O.Behind == UINT64_C(0x5A5A5A5A5A5A5A5A));
  CHECK(O.BehindRemote == UINT64_C(0x5A5A5A5A5A5A5A5A));
  // Needs a session, which C cannot make for another process.
  CHECK(!JitslabCreateRemoteObjectLinkingLayer(&O.Remote, NULL, NULL));
}

static void theVersionIsTold(void) {
  unsigned Major = 0, Minor = 77, Patch = 77;
  JitslabGetVersion(&Major, &Minor, &Patch);
  CHECK(Major <= 1 && Minor != 77 && Patch != 77);
}

static void errorsAreWhatTheyWere(void) {
  JitslabArenaOptions Options;
  JitslabArenaRef Arena = NULL;
  JitslabInitializeArenaOptions(&Options, sizeof(Options));
  Options.WindowSize = 1;
  LLVMErrorRef Err = JitslabCreateArena(&Arena, &Options);
  CHECK(JitslabGetErrorCode(Err) == JitslabErrorBadOption);
  CHECK(JitslabGetErrorErrno(Err) == 0);
  CHECK(JitslabGetLastErrorCode() == JitslabErrorBadOption);
  CHECK(JitslabGetLastErrorErrno() == 0);
  CHECK(JitslabGetLastError() != NULL);
  LLVMConsumeError(Err);
  CHECK(!JitslabCreateRTDyldObjectLinkingLayer(NULL, NULL, NULL));
  CHECK(!JitslabCreateObjectLinkingLayer(NULL, NULL, NULL));
  CHECK_SUCCESS(JitslabRegisterForkHandlers());
}

int main(void) {
  RUN(anArenaIsMadeAndAsked);
  RUN(aStructIsInitializedAndNoMore);
  RUN(theVersionIsTold);
  RUN(errorsAreWhatTheyWere);
  return result();
}
