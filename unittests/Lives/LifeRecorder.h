//===- LifeRecorder.h - Lives a life in a child process ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_LIFERECORDER_H
#define JITSLAB_UNITTESTS_LIVES_LIFERECORDER_H

#include "Lives/LifeOutcomes.h"
#include "Lives/MemoryHost.h"
#include "Lives/Step.h"

namespace jitslab {

/// Lives \p Steps with \p Who's memory in a child process, and waits for its
/// end. What it loads is compiled in this one, so that it is for other hosts
/// too.
LifeRecord recordLife(const Life &Steps, const NamedHost &Who);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_LIFERECORDER_H
