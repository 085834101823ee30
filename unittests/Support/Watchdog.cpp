//===- Watchdog.cpp - A deadlock is a failure, not a hang -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Watchdog.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cstdio>
#include <fstream>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

Watchdog::Watchdog(std::string What, std::chrono::seconds Limit)
    : What(std::move(What)), Thread([this, Limit] { watch(Limit); }) {}

Watchdog::~Watchdog() {
  {
    std::lock_guard<std::mutex> Guard(Lock);
    HasEnded = true;
  }
  Ended.notify_one();
  Thread.join();
}

static std::string firstLineOf(const std::string &Path) {
  std::ifstream File(Path);
  std::string Line;
  std::getline(File, Line);
  return Line;
}

// In the order of /proc(5): a thread in a deadlock waits for a futex.
static void describeThreads() {
  std::error_code EC;
  for (sys::fs::directory_iterator I("/proc/self/task", EC), E; !EC && I != E;
       I.increment(EC))
    fprintf(stderr, "  thread %s: waits in %s, system call %s\n",
            sys::path::filename(I->path()).str().c_str(),
            firstLineOf(I->path() + "/wchan").c_str(),
            firstLineOf(I->path() + "/syscall").c_str());
}

void Watchdog::watch(std::chrono::seconds Limit) {
  std::unique_lock<std::mutex> Guard(Lock);
  if (Ended.wait_for(Guard, Limit, [this] { return HasEnded; }))
    return;
  fprintf(stderr,
          "WATCHDOG: '%s' has not ended within %lld s: a deadlock, or a "
          "machine that is far too slow. Threads:\n",
          What.c_str(), static_cast<long long>(Limit.count()));
  describeThreads();
  _exit(Status);
}

} // namespace jitslab
