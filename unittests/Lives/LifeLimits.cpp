//===- LifeLimits.cpp - Limits that a host may live under -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/LifeLimits.h"
#include "Support/Process.h"
#include "Support/Units.h"
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace jitslab {

bool limitsHold() { return !JITSLAB_HAS_SHADOW_MEMORY && !runsUnderEmulator(); }

static size_t linesOfMaps() {
  std::ifstream Maps("/proc/self/maps");
  size_t Lines = 0;
  for (std::string Line; std::getline(Maps, Line);)
    ++Lines;
  return Lines;
}

static bool isOpen(int FD) { return fcntl(FD, F_GETFD) >= 0; }

// Far more than any life opens.
static constexpr int MostDescriptors = 1024;

static int openDescriptors() {
  int Count = 0;
  for (int FD = 0; FD != MostDescriptors; ++FD)
    Count += isOpen(FD);
  return Count;
}

StepOutcome processUse() {
  return {StepOutcome::Use, std::to_string(linesOfMaps()) + " " +
                                std::to_string(residentBytes() >> 10) + " " +
                                std::to_string(openDescriptors())};
}

void makeHeapRoom() {
  // Otherwise the heap would give back what it has for a moment.
  mallopt(M_TRIM_THRESHOLD, 512 * MiB);
  mallopt(M_MMAP_THRESHOLD, 32 * MiB);
  // Not touched: this is address space only.
  void *volatile Room = malloc(24 * MiB);
  free(Room);
}

static void limitAddressSpaceTo(rlim_t Bytes) {
  rlimit Limit;
  getrlimit(RLIMIT_AS, &Limit);
  Limit.rlim_cur = Bytes;
  setrlimit(RLIMIT_AS, &Limit);
}

void leaveAddressSpace(unsigned Count) {
  if (limitsHold())
    limitAddressSpaceTo(mappedBytes() + Count * MiB);
}

void leaveMappings(unsigned Count) {
  size_t Most = 0;
  std::ifstream("/proc/sys/vm/max_map_count") >> Most;
  const size_t Used = linesOfMaps() + Count;
  // Machines with a much larger limit have none that a host meets.
  if (!limitsHold() || Most > 300000 || Used >= Most)
    return;
  // Every second page has other rights, and is two mappings more.
  const size_t Pairs = (Most - Used) / 2, Page = size_t(getpagesize());
  void *Begin = mmap(nullptr, Pairs * 2 * Page, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (Begin == MAP_FAILED)
    return;
  for (size_t I = 0; I != Pairs; ++I)
    if (mprotect(static_cast<char *>(Begin) + 2 * I * Page, Page, PROT_READ))
      return;
}

void leaveDescriptors(unsigned Count) {
  if (!limitsHold())
    return;
  int Highest = 2;
  for (int FD = 3; Count != 0 && FD != MostDescriptors; ++FD)
    if (!isOpen(FD)) {
      Highest = FD;
      --Count;
    }
  rlimit Limit;
  getrlimit(RLIMIT_NOFILE, &Limit);
  Limit.rlim_cur = rlim_t(Highest) + 1;
  setrlimit(RLIMIT_NOFILE, &Limit);
}

Starving::Starving() : Before(RLIM_INFINITY) {
  rlimit Limit;
  getrlimit(RLIMIT_AS, &Limit);
  Before = Limit.rlim_cur;
  if (limitsHold())
    limitAddressSpaceTo(mappedBytes());
}

Starving::~Starving() { limitAddressSpaceTo(Before); }

} // namespace jitslab
