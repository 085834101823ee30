//===- LifeGenerator.h - Random lives ---------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_LIFEGENERATOR_H
#define JITSLAB_UNITTESTS_LIVES_LIFEGENERATOR_H

#include "Lives/Step.h"
#include <cstdint>

namespace jitslab {

/// The life of seed \p Seed: the same with every LLVM and on every machine.
Life randomLife(uint64_t Seed);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_LIFEGENERATOR_H
