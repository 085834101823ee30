//===- LifeShrinker.h - Shortens a life -------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_LIFESHRINKER_H
#define JITSLAB_UNITTESTS_LIVES_LIFESHRINKER_H

#include "Lives/Step.h"
#include <functional>

namespace jitslab {

/// Leaves out steps of \p Steps, and makes modules and numbers smaller, as long
/// as \p Fails says that what is left fails. Tries at most \p Tries lives.
Life shrinkLife(Life Steps, const std::function<bool(const Life &)> &Fails,
                size_t Tries);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_LIFESHRINKER_H
