//===- ProcessMemory.h - Memory and mappings of this process ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_PROCESSMEMORY_H
#define JITSLAB_BENCHMARKS_PROCESSMEMORY_H

#include <cstddef>

namespace jitslab::bench {

/// What the kernel says about this process. Reading it allocates nothing.
struct ProcessMemory {
  /// Pages in each mapping: a page that is mapped twice counts twice.
  size_t ResidentKiB = 0;
  /// A page that is mapped n times counts as 1/n in each mapping, so once.
  size_t ProportionalKiB = 0;
  size_t VMAs = 0;

  static ProcessMemory now();
};

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_PROCESSMEMORY_H
