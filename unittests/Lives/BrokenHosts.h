//===- BrokenHosts.h - Hosts that are worse than LLVM's ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_BROKENHOSTS_H
#define JITSLAB_UNITTESTS_LIVES_BROKENHOSTS_H

#include "Lives/MemoryHost.h"

namespace jitslab {

/// What a broken host does wrong, on purpose: controls for the comparison.
/// LosesWrite: the first word of each object's data is lost when it is sealed.
/// FreesTooMuch: whoever frees memory clobbers data of other objects.
/// LeaksMappings: mappings stay when an object goes.
/// ForgetsCode: code is not made executable.
/// LosesFrames: exceptions do not pass.
enum class Breakage {
  LosesWrite,
  FreesTooMuch,
  LeaksMappings,
  ForgetsCode,
  LosesFrames
};

/// LLVM's managers with RuntimeDyld's broken.
NamedHost brokenHost(Breakage Which);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_BROKENHOSTS_H
