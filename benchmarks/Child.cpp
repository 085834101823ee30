//===- Child.cpp - Measurements in child processes ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Child.h"
#include <cassert>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jitslab::bench {

namespace {

class SharedReport {
public:
  SharedReport() {
    void *P = mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (P == MAP_FAILED)
      abort();
    R = new (P) Report;
  }
  ~SharedReport() { munmap(R, sizeof(Report)); }
  SharedReport(const SharedReport &) = delete;
  SharedReport &operator=(const SharedReport &) = delete;

  Report &operator*() const { return *R; }

private:
  Report *R;
};

/// System calls between the child's two marks.
struct Count {
  size_t All = 0, Protect = 0, Map = 0;
};

} // namespace

static pid_t start(const Measure &M, Report &R, bool Traced) {
  // What is buffered would be written by both.
  fflush(nullptr);
  pid_t Child = fork();
  if (Child < 0) {
    R.fail(std::string("cannot fork: ") + strerror(errno));
    return -1;
  }
  if (Child)
    return Child;
  if (Traced && ptrace(PTRACE_TRACEME, 0, nullptr, nullptr))
    _exit(0);
  Probe P(R, Traced);
  M(P);
  _exit(0);
}

static int waitFor(pid_t Child) {
  int Status = 0;
  while (waitpid(Child, &Status, 0) < 0 && errno == EINTR)
    ;
  return Status;
}

Report runInChild(const Measure &M) {
  SharedReport R;
  pid_t Child = start(M, *R, /*Traced=*/false);
  if (Child < 0)
    return *R;
  int Status = waitFor(Child);
  if (WIFSIGNALED(Status) && !*(*R).failure())
    (*R).fail(std::string("died: ") + strsignal(WTERMSIG(Status)));
  return *R;
}

static void countOne(pid_t Child, Count &C) {
  struct __ptrace_syscall_info Info;
  memset(&Info, 0, sizeof(Info));
  if (ptrace(PTRACE_GET_SYSCALL_INFO, Child, sizeof(Info), &Info) <= 0 ||
      Info.op != PTRACE_SYSCALL_INFO_ENTRY)
    return;
  ++C.All;
  C.Protect += Info.entry.nr == SYS_mprotect;
  C.Map += Info.entry.nr == SYS_mmap || Info.entry.nr == SYS_munmap;
}

/// The kernel stops a traced child at each entry to and exit from a system
/// call, and at each signal: the marks are the child's own SIGSTOPs.
static bool countBetweenMarks(pid_t Child, Count &C) {
  unsigned Marks = 0;
  for (;;) {
    int Status = waitFor(Child);
    if (!WIFSTOPPED(Status))
      return false;
    int Signal = WSTOPSIG(Status);
    if (Signal == (SIGTRAP | 0x80)) {
      countOne(Child, C);
    } else if (Signal != SIGSTOP) {
      kill(Child, SIGKILL);
      waitFor(Child);
      return false;
    } else if (++Marks == 1) {
      ptrace(PTRACE_SETOPTIONS, Child, nullptr,
             PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    } else {
      kill(Child, SIGKILL);
      waitFor(Child);
      break;
    }
    ptrace(PTRACE_SYSCALL, Child, nullptr, nullptr);
  }
  // The second mark is a system call itself.
  --C.All;
  return true;
}

Report countSystemCalls(const Measure &M, size_t Objects) {
  SharedReport R;
  Report Result;
  Count C;
  pid_t Child = start(M, *R, /*Traced=*/true);
  if (Child < 0 || !countBetweenMarks(Child, C))
    return Result;
  Result.set("syscalls_per_object", double(C.All) / double(Objects));
  Result.set("mprotect_per_object", double(C.Protect) / double(Objects));
  Result.set("mmap_per_object", double(C.Map) / double(Objects));
  return Result;
}

} // namespace jitslab::bench
