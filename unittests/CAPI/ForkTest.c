//===- ForkTest.c - Forks of hosts in C -----------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// fork and what comes with it are not in C99.
#define _POSIX_C_SOURCE 200809L
#include "Arenas.h"
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define NUM_FORKS 100
#define NUM_THREADS 3

/// Who takes longer waits for ever.
#define SECONDS 60

static JitslabArenaRef Arena;

/// Of the host: held while it calls jitslab.
static pthread_mutex_t HostLock = PTHREAD_MUTEX_INITIALIZER;
static void lockHost(void) { pthread_mutex_lock(&HostLock); }
static void unlockHost(void) { pthread_mutex_unlock(&HostLock); }

static void makeManager(void) {
  LLVMMCJITMemoryManagerRef Manager = NULL;
  CHECK_SUCCESS(JitslabCreateMCJITMemoryManager(&Manager, Arena));
  REQUIRE(Manager);
  CHECK_SUCCESS(JitslabMCJITMemoryManagerTakeError(Manager));
  LLVMDisposeMCJITMemoryManager(Manager);
}

static void trimUnderLock(void) {
  lockHost();
  JitslabArenaTrim(Arena, NULL);
  unlockHost();
}

static int Done;
typedef void Work(void);

static void *workUntilDone(void *Opaque) {
  while (!__atomic_load_n(&Done, __ATOMIC_RELAXED))
    (*(Work **)Opaque)();
  return NULL;
}

/// Forks while threads do \p Body. Children have to be able to do it too.
/// Returns how many did.
static int forkWhile(Work *Body) {
  pthread_t Threads[NUM_THREADS];
  int Good = 0, Status;
  __atomic_store_n(&Done, 0, __ATOMIC_RELAXED);
  for (int T = 0; T != NUM_THREADS; ++T)
    REQUIRE(pthread_create(&Threads[T], NULL, workUntilDone, &Body) == 0);
  alarm(2 * SECONDS);
  do {
    pid_t Child = fork();
    if (Child == 0) {
      alarm(SECONDS);
      Body();
      _exit(Failures);
    }
    Status = -1;
    REQUIRE(waitpid(Child, &Status, 0) == Child);
  } while (Status == 0 && ++Good != NUM_FORKS);
  __atomic_store_n(&Done, 1, __ATOMIC_RELAXED);
  for (int T = 0; T != NUM_THREADS; ++T)
    pthread_join(Threads[T], NULL);
  alarm(0);
  return Good;
}

static void childrenCanMakeManagersThatThreadsWereMaking(void) {
  CHECK(forkWhile(makeManager) == NUM_FORKS);
}

static void forksMayTakeALockThatIsHeldAroundCalls(void) {
  CHECK(forkWhile(trimUnderLock) == NUM_FORKS);
}

int main(void) {
  // Before there is an arena.
  REQUIRE(pthread_atfork(lockHost, unlockHost, unlockHost) == 0);
  CHECK_SUCCESS(JitslabCreateArena(&Arena, NULL));
  REQUIRE(Arena);
  RUN(childrenCanMakeManagersThatThreadsWereMaking);
  RUN(forksMayTakeALockThatIsHeldAroundCalls);
  JitslabDisposeArena(Arena);
  return result();
}
