//===- AnyArena.h - An arena of any layout ----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_ANYARENA_H
#define JITSLAB_UNITTESTS_ANYARENA_H

#include "Support/ArenaFixture.h"
#include "Support/Catch.h"

namespace jitslab {

using ArenaPtr = std::shared_ptr<Arena>;

/// The test runs once with each layout.
inline ArenaPtr makeArena(WindowMemory &Memory, ArenaOptions O) {
  O.ObjectLayout = anyLayout();
  return valueOf(ArenaAccess::create(O, Memory));
}

/// An object of one data segment of \p Bytes.
inline Footprint data(size_t Bytes, size_t Align = 16) {
  return footprint(0, 0, Bytes, Align);
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_ANYARENA_H
