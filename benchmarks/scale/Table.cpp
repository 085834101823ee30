//===- Table.cpp - A line for each power of ten ---------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scale.h"
#include <algorithm>
#include <cstdio>

namespace jitslab::bench {

Table::Table(const char *Unit) {
  printf("| %s | µs for one | resident KiB | bytes for one | VMAs |\n"
         "|---:|---:|---:|---:|---:|\n",
         Unit);
}

void Table::print(size_t Count, double Microseconds, const ProcessMemory &Now,
                  double ResidentBytesEach) const {
  printf("| %zu | %.2f | %zu | %.0f | %zu |\n", Count, Microseconds,
         Now.ResidentKiB, ResidentBytesEach, Now.VMAs);
  fflush(stdout);
}

double Timer::median() const {
  std::vector<double> Sorted(Times.begin(),
                             Times.begin() + std::min(Next, Times.size()));
  if (Sorted.empty())
    return 0;
  auto Middle = Sorted.begin() + Sorted.size() / 2;
  std::nth_element(Sorted.begin(), Middle, Sorted.end());
  return *Middle;
}

bool isDue(size_t Done, size_t Count, size_t First) {
  if (Done == Count)
    return true;
  for (size_t Power = First; Power <= Done; Power *= 10)
    if (Power == Done)
      return true;
  return false;
}

} // namespace jitslab::bench
