//===- Child.h - Runs what may crash in a child process ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_CHILD_H
#define JITSLAB_UNITTESTS_CHILD_H

#include <csignal>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace jitslab {

/// How a child process ended.
struct ChildOutcome {
  int Status = 0;
  bool passed() const { return WIFEXITED(Status) && WEXITSTATUS(Status) == 0; }
  std::string describe() const {
    if (WIFSIGNALED(Status))
      return "killed by signal " + std::to_string(WTERMSIG(Status));
    return "exit status " + std::to_string(WEXITSTATUS(Status));
  }
};

/// Runs \p Body in a forked child. Its return value is the exit status. Death
/// is quiet: whoever expects it does not want a sanitizer's report of it.
template <typename Fn> ChildOutcome runInChild(Fn Body) {
  pid_t Child = fork();
  if (Child == 0) {
    for (int Signal : {SIGSEGV, SIGBUS, SIGILL, SIGABRT, SIGTRAP, SIGFPE})
      signal(Signal, SIG_DFL);
    _exit(Body());
  }
  ChildOutcome Outcome;
  waitpid(Child, &Outcome.Status, 0);
  return Outcome;
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_CHILD_H
