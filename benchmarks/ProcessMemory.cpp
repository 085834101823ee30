//===- ProcessMemory.cpp - Memory and mappings of this process ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProcessMemory.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace jitslab::bench {

static char Buffer[1 << 16];

template <typename Function>
static void readFile(const char *Name, Function F) {
  int File = open(Name, O_RDONLY | O_CLOEXEC);
  if (File < 0)
    return;
  while (ssize_t Size = read(File, Buffer, sizeof(Buffer) - 1)) {
    if (Size < 0)
      break;
    Buffer[Size] = 0;
    F(Buffer, Buffer + Size);
  }
  close(File);
}

static size_t fieldOf(const char *Text, const char *Label) {
  const char *Found = strstr(Text, Label);
  return Found ? strtoull(Found + strlen(Label), nullptr, 10) : 0;
}

// smaps_rollup, because the counters behind statm are only brought up to date
// now and then: they can be off by some hundred pages.
ProcessMemory ProcessMemory::now() {
  ProcessMemory M;
  readFile("/proc/self/smaps_rollup", [&](const char *Begin, const char *) {
    M.ResidentKiB = fieldOf(Begin, "\nRss:");
    M.ProportionalKiB = fieldOf(Begin, "\nPss:");
  });
  readFile("/proc/self/maps", [&](const char *Begin, const char *End) {
    M.VMAs += std::count(Begin, End, '\n');
  });
  return M;
}

} // namespace jitslab::bench
