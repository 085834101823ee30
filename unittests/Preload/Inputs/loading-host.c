//===- loading-host.c - Forks while a thread loads a backend ------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A thread compiles, and with the preload it loads the backend for that. A
// child that is forked meanwhile compiles too, and so does the parent in the
// end.

#include "c-host.h"
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

typedef void HandlerFn(void);
typedef int RegisterFn(HandlerFn *, HandlerFn *, HandlerFn *);

static sem_t Loading, Forked;
static int HasLoaded;

// The backend's constructor calls this.
int jitslab_preload_atfork_1(HandlerFn *Before, HandlerFn *InParent,
                             HandlerFn *InChild) {
  if (!HasLoaded) {
    HasLoaded = 1;
    sem_post(&Loading);
    sem_wait(&Forked);
  }
  RegisterFn *Real = (RegisterFn *)dlsym(RTLD_NEXT, "jitslab_preload_atfork_1");
  return Real(Before, InParent, InChild);
}

static int compile(void) {
  char Name[] = "loading", Mode[] = "mcjit";
  char *Arguments[] = {Name, Mode};
  return runHost(2, Arguments);
}

static void *compileFirst(void *Unused) {
  (void)Unused;
  compile();
  // Without the preload.
  sem_post(&Loading);
  return NULL;
}

int main(void) {
  sem_init(&Loading, 0, 0);
  sem_init(&Forked, 0, 0);
  pthread_t Thread;
  if (pthread_create(&Thread, NULL, compileFirst, NULL))
    return 1;
  sem_wait(&Loading);
  pid_t Child = fork();
  if (Child == 0) {
    // Who takes longer waits for ever.
    alarm(60);
    exit(compile());
  }
  int Status = 1;
  waitpid(Child, &Status, 0);
  sem_post(&Forked);
  pthread_join(Thread, NULL);
  return Status || compile();
}
