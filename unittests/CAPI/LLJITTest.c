//===- LLJITTest.c - LLJIT on an arena from C -----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "JITs.h"
#include "Support/NativeTarget.h"
#include "jitslab/Config.h"

static const Creator WorkingCreators[] = {
    JitslabCreateRTDyldObjectLinkingLayer,
#if JITSLAB_HAS_JITLINK
    JitslabCreateObjectLinkingLayer,
#endif
};
#define NUM_CREATORS (sizeof(WorkingCreators) / sizeof(WorkingCreators[0]))

/// The lookup has to fail, and the reason with \p Part to be reported.
static void checkRefused(LLVMOrcLLJITRef JIT, const char *Name,
                         const char *Part) {
  LLVMOrcExecutorAddress Address = 0;
  LLVMErrorRef Err = LLVMOrcLLJITLookup(JIT, &Address, Name);
  CHECK(Err);
  LLVMConsumeError(Err);
  if (!strstr(Reported, Part))
    fprintf(stderr, "reported: %s\nwanted: %s\n", Reported, Part);
  CHECK(strstr(Reported, Part));
}

static void bothLayersRunCodeFromEveryLayout(void) {
  for (size_t C = 0; C != NUM_CREATORS; ++C)
    for (uint32_t Layout = 0, End = numLayouts(); Layout != End; ++Layout) {
      JitslabArenaRef Arena = arenaWithLayout(Layout);
      LLVMOrcLLJITRef JIT = makeJIT(WorkingCreators[C], Arena);
      CHECK(JitslabGetLastError() == NULL);
      addObject(JIT, "tiny");
      addObject(JIT, "first");
      CHECK(call(JIT, "tiny", 3) == 11);
      CHECK(call(JIT, "first", 7) == 19);
      CHECK(statsOf(Arena).LiveObjects == 2);
      CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JIT));
      CHECK(statsOf(Arena).LiveObjects == 0);
      CHECK(statsOf(Arena).LiveBytes == 0);
      JitslabDisposeArena(Arena);
    }
}

static void exceptionsPassThroughBothLayersWithEveryLayout(void) {
  for (size_t C = 0; C != NUM_CREATORS; ++C)
    for (uint32_t Layout = 0, End = numLayouts(); Layout != End; ++Layout) {
      JitslabArenaRef Arena = arenaWithLayout(Layout);
      LLVMOrcLLJITRef JIT = makeJIT(WorkingCreators[C], Arena);
      addObject(JIT, "catch");
      CHECK(call(JIT, "throw_and_catch", 21) == 42);
      CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JIT));
      JitslabDisposeArena(Arena);
    }
}

static void anArenaMayBeDisposedOfBeforeItsJITs(void) {
  for (size_t C = 0; C != NUM_CREATORS; ++C) {
    JitslabArenaRef Arena = arenaWithLayout(JitslabLayoutPerProtection);
    LLVMOrcLLJITRef JIT = makeJIT(WorkingCreators[C], Arena);
    addObject(JIT, "tiny");
    CHECK(call(JIT, "tiny", 3) == 11);
    JitslabDisposeArena(Arena);
    CHECK(call(JIT, "tiny", 4) == 12);
    addObject(JIT, "first");
    CHECK(call(JIT, "first", 7) == 19);
    CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JIT));
  }
}

static void aFullArenaIsAnErrorOfTheLookup(void) {
  for (size_t C = 0; C != NUM_CREATORS; ++C) {
    JitslabArenaRef Arena = smallArena();
    LLVMOrcLLJITRef JIT = makeJIT(WorkingCreators[C], Arena);
    addObject(JIT, "huge");
    checkRefused(JIT, "huge", "no room");
    // Others are not affected.
    addObject(JIT, "tiny");
    CHECK(call(JIT, "tiny", 3) == 11);
    CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JIT));
    JitslabDisposeArena(Arena);

    // The control: the same code in an arena that has room.
    Arena = arenaWithLayout(JitslabLayoutPerObject);
    JIT = makeJIT(WorkingCreators[C], Arena);
    addObject(JIT, "huge");
    CHECK(call(JIT, "huge", 5) == 1);
    CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JIT));
    JitslabDisposeArena(Arena);
  }
}

static void aLayerWithoutAnArenaRefusesObjects(void) {
  const Creator Both[] = {JitslabCreateRTDyldObjectLinkingLayer,
                          JitslabCreateObjectLinkingLayer};
  for (size_t C = 0; C != 2; ++C) {
    LLVMOrcLLJITRef JIT = makeJIT(Both[C], NULL);
    CHECK(JitslabGetLastError() &&
          strstr(JitslabGetLastError(), "Arena is null"));
    addObject(JIT, "tiny");
    checkRefused(JIT, "tiny", "Arena is null");
    CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JIT));

    CHECK(Both[C](NULL, NULL, NULL) == NULL);
    CHECK(JitslabGetLastError() &&
          strstr(JitslabGetLastError(), "Session is null"));
  }
}

/// See the header on when a layer that no LLJIT owns is disposed of.
static void aLayerThatIsNotPassedOnIsDisposedOf(void) {
  JitslabArenaRef Arena = arenaWithLayout(JitslabLayoutPerObject);
  LLVMOrcLLJITRef JIT = makeJIT(JitslabCreateRTDyldObjectLinkingLayer, Arena);
  LLVMOrcExecutionSessionRef Session = LLVMOrcLLJITGetExecutionSession(JIT);
  LLVMOrcObjectLayerRef RTDyld =
      JitslabCreateRTDyldObjectLinkingLayer(Arena, Session, NULL);
  CHECK(RTDyld);
  CHECK(JitslabGetLastError() == NULL);
#if JITSLAB_HAS_JITLINK
  LLVMOrcObjectLayerRef JITLink =
      JitslabCreateObjectLinkingLayer(Arena, Session, NULL);
  CHECK(JITLink);
  CHECK(JitslabGetLastError() == NULL);
  LLVMOrcDisposeObjectLayer(JITLink);
#endif
  CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JIT));
  LLVMOrcDisposeObjectLayer(RTDyld);
  JitslabDisposeArena(Arena);
}

/// RemoteTests have sessions of other processes, which C cannot make.
static void aRemoteLayerRefusesObjectsOfThisProcess(void) {
  JitslabRemoteOptions Options;
  JitslabInitializeRemoteOptions(&Options, sizeof(Options));
  LLVMOrcLLJITRef JIT =
      makeJIT(JitslabCreateRemoteObjectLinkingLayer, &Options);
#if JITSLAB_HAS_JITLINK
  const char *Why = "jitslab::ExecutorService";
#else
  const char *Why = "LLVM 19 or later";
#endif
  addObject(JIT, "tiny");
  checkRefused(JIT, "tiny", Why);
  CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JIT));

  // Numbers and structs that are no header's.
#if JITSLAB_HAS_JITLINK
  Options.Size = 3;
  JIT = makeJIT(JitslabCreateRemoteObjectLinkingLayer, &Options);
  CHECK(strstr(JitslabGetLastError(), "JitslabRemoteOptions::Size is 3"));
  CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JIT));
  Options.Size = sizeof(Options);
  Options.WindowPerJITDylib = 1;
  Options.NoGrow = 1;
  JIT = makeJIT(JitslabCreateRemoteObjectLinkingLayer, &Options);
  CHECK(strstr(JitslabGetLastError(), "WindowPerJITDylib needs"));
  CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JIT));
  Options.NoGrow = 0;
  Options.Reserved = 1;
  JIT = makeJIT(JitslabCreateRemoteObjectLinkingLayer, &Options);
  CHECK(strstr(JitslabGetLastError(), "JitslabInitializeRemoteOptions"));
  CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JIT));
#endif
}

#if !JITSLAB_HAS_JITLINK
static void withoutJITLinkItsLayerSaysSo(void) {
  JitslabArenaRef Arena = arenaWithLayout(JitslabLayoutPerProtection);
  LLVMOrcLLJITRef JIT = makeJIT(JitslabCreateObjectLinkingLayer, Arena);
  addObject(JIT, "tiny");
  checkRefused(JIT, "tiny", "LLVM 19 or later");
  CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JIT));
  JitslabDisposeArena(Arena);
}
#endif

int main(void) {
  initializeTarget();
  RUN(bothLayersRunCodeFromEveryLayout);
  RUN(exceptionsPassThroughBothLayersWithEveryLayout);
  RUN(anArenaMayBeDisposedOfBeforeItsJITs);
  RUN(aFullArenaIsAnErrorOfTheLookup);
  RUN(aLayerWithoutAnArenaRefusesObjects);
  RUN(aLayerThatIsNotPassedOnIsDisposedOf);
  RUN(aRemoteLayerRefusesObjectsOfThisProcess);
#if !JITSLAB_HAS_JITLINK
  RUN(withoutJITLinkItsLayerSaysSo);
#endif
  return result();
}
