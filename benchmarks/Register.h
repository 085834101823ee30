//===- Register.h - Measurements as benchmarks ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_REGISTER_H
#define JITSLAB_BENCHMARKS_REGISTER_H

#include "Child.h"
#include <string>

namespace jitslab::bench {

/// Makes \p M a benchmark of Google Benchmark. One repetition is one child.
/// \p TracedObjects: its system calls are counted in a further child, which
/// loads so many objects; 0: not counted.
void registerMeasure(const std::string &Name, Measure M,
                     size_t TracedObjects = 0);

/// True when a measurement has failed since the start of the program.
bool anyFailed();

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_REGISTER_H
