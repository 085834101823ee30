//===- LifeRecorder.cpp - Lives a life in a child process -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/LifeRecorder.h"
#include "Lives/LifeLimits.h"
#include "Lives/LivingProcess.h"
#include "Lives/ModuleObjects.h"
#include "llvm/ADT/SmallVector.h"
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

std::string LifeRecord::howEnded() const {
  if (lived())
    return "it lived to its end";
  std::string How = WIFSIGNALED(Status)
                        ? "signal " + std::to_string(WTERMSIG(Status))
                        : "exit status " + std::to_string(WEXITSTATUS(Status));
  if (WIFSIGNALED(Status) && WTERMSIG(Status) == SIGALRM)
    How += " (it took too long)";
  return How;
}

static void liveInChild(const Life &Steps, const NamedHost &Who, int Output) {
  // Death is quiet: it is reported by whoever has waited for it.
  for (int Signal : {SIGSEGV, SIGBUS, SIGILL, SIGABRT, SIGTRAP, SIGFPE})
    signal(Signal, SIG_DFL);
  rlimit NoCore = {0, 0};
  setrlimit(RLIMIT_CORE, &NoCore);
  if (!getenv("JITSLAB_LIFE_STDERR")) {
    int Null = open("/dev/null", O_WRONLY);
    dup2(Null, 2);
    close(Null);
  }
  alarm(LifeSeconds);
  LivingProcess(Steps, Who, Output).live();
  _exit(0);
}

static void readLine(StringRef Line, LifeRecord &Record) {
  SmallVector<StringRef, 4> Words;
  Line.split(Words, ' ', 3);
  StepPlace Place;
  if (Words.size() != 4 || Words[0].getAsInteger(10, Place.first) ||
      Words[1].getAsInteger(10, Place.second) || Words[2].size() != 1)
    return;
  StepOutcome Outcome{StepOutcome::Kind(Words[2][0]), Words[3].str()};
  uint64_t Microseconds = 0;
  switch (Outcome.Is) {
  case StepOutcome::End:
    if (Place.first == 0)
      Words[3].getAsInteger(10, Record.CPUMicroseconds);
    return;
  case StepOutcome::Wait:
    Words[3].getAsInteger(10, Microseconds);
    Record.WorstWaitMicroseconds =
        std::max(Record.WorstWaitMicroseconds, Microseconds);
    return;
  default:
    Record.Outcomes[Place] = Outcome;
  }
}

static std::string readAll(int From) {
  std::string Text;
  char Buffer[4096];
  for (ssize_t Size; (Size = read(From, Buffer, sizeof(Buffer))) > 0;)
    Text.append(Buffer, size_t(Size));
  return Text;
}

LifeRecord recordLife(const Life &Steps, const NamedHost &Who) {
  for (const Step &S : Steps)
    if (hasShape(S.Do))
      compileShape(S.Modules);
  LifeRecord Record;
  int Ends[2];
  if (pipe(Ends)) {
    Record.Status = -1;
    return Record;
  }
  pid_t ID = fork();
  if (ID == 0) {
    close(Ends[0]);
    liveInChild(Steps, Who, Ends[1]);
  }
  close(Ends[1]);
  // Until its children have ended too.
  std::string Text = readAll(Ends[0]);
  close(Ends[0]);
  waitpid(ID, &Record.Status, 0);
  SmallVector<StringRef, 64> Lines;
  StringRef(Text).split(Lines, '\n');
  for (StringRef Line : Lines)
    readLine(Line, Record);
  return Record;
}

} // namespace jitslab
