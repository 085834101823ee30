//===- LifeComparison.h - Is a life worse than another one ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_LIFECOMPARISON_H
#define JITSLAB_UNITTESTS_LIVES_LIFECOMPARISON_H

#include "Lives/LifeOutcomes.h"
#include "Lives/Step.h"
#include <optional>

namespace jitslab {

/// In what way a host's life is worse than with LLVM's managers.
struct Finding {
  enum Kind { Died, Failed, OtherResult, MoreMappings, MoreMemory, MoreFiles };
  Kind Is = Died;
  std::string Text;
};

/// What is wrong first with \p Ours, which lived the same \p Steps as \p
/// Theirs. Steps that did not succeed there may come out in any way here.
std::optional<Finding> compareLives(const Life &Steps, const LifeRecord &Theirs,
                                    const LifeRecord &Ours);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_LIFECOMPARISON_H
