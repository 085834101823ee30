//===- LifeForks.h - Children of a life with threads ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_LIFEFORKS_H
#define JITSLAB_UNITTESTS_LIVES_LIFEFORKS_H

#include "Lives/Engine.h"

namespace jitslab {

/// Makes an engine with a module, forks, and goes on with the engine in both
/// processes at once: loads modules, calls them, removes them and gives back
/// what is not used. Other threads may load meanwhile, but not throw: their
/// locks of LLVM and of the unwinder are held in the child for ever, and it has
/// no need of them. \p Which: which child this is.
/// \returns what came out differently in the two.
llvm::Error forkAndGoOn(MemoryHost &Host, const Shape &S, unsigned Which);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_LIFEFORKS_H
