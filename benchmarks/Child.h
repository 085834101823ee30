//===- Child.h - Measurements in child processes ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_CHILD_H
#define JITSLAB_BENCHMARKS_CHILD_H

#include "Probe.h"
#include <functional>

namespace jitslab::bench {

using Measure = std::function<void(Probe &)>;

/// Runs \p M in a fresh child, so that no manager sees a heap or an address
/// space that another one has used. The child ends without running destructors:
/// measurements need not free what they make.
Report runInChild(const Measure &M);

/// Runs \p M in a child and counts the system calls it makes between
/// Probe::start and Probe::stop. \returns a report with the counters
/// syscalls_per_object, and mprotect_per_object and mmap_per_object (mmap and
/// munmap) out of them; an empty one where the system forbids tracing.
Report countSystemCalls(const Measure &M, size_t Objects);

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_CHILD_H
