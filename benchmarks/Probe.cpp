//===- Probe.cpp - Time, memory and mappings ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Probe.h"
#include <csignal>
#include <sys/syscall.h>
#include <unistd.h>

namespace jitslab::bench {

// The plain system call: raise() would be several.
void Probe::mark() const {
  static const pid_t Self = getpid();
  if (Traced)
    syscall(SYS_kill, Self, SIGSTOP);
}

void Probe::start() {
  Before = ProcessMemory::now();
  mark();
  Started = std::chrono::steady_clock::now();
}

void Probe::stop() {
  Stopped = std::chrono::steady_clock::now();
  mark();
  After = ProcessMemory::now();
}

void Probe::reportPer(const char *Item, size_t N) {
  auto Per = [&](const char *What, double Total) {
    R.set(std::string(What) + "_per_" + Item, Total / double(N));
  };
  auto Grown = [](size_t From, size_t To) { return double(To) - double(From); };
  R.Seconds = seconds() / double(N);
  Per("us", seconds() * 1e6);
  Per("rss_kib", Grown(Before.ResidentKiB, After.ResidentKiB));
  Per("pss_kib", Grown(Before.ProportionalKiB, After.ProportionalKiB));
  Per("vmas", Grown(Before.VMAs, After.VMAs));
}

} // namespace jitslab::bench
