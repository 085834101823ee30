//===- Arenas.h - The arenas to compare -------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_ARENAS_H
#define JITSLAB_BENCHMARKS_ARENAS_H

#include "jitslab/Arena.h"
#include <string>
#include <vector>

namespace jitslab::bench {

struct NamedArenaOptions {
  std::string Name;
  ArenaOptions Options;
};

/// The kinds of arena that are compared: those that Arena::create makes. Says
/// on stderr, once, which ones it refuses.
const std::vector<NamedArenaOptions> &workingArenas();

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_ARENAS_H
