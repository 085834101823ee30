//===- Shape.h - What a module of a life looks like -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_SHAPE_H
#define JITSLAB_UNITTESTS_LIVES_SHAPE_H

#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace jitslab {

/// What a module of a life looks like; its names come later. Written as
/// "40f,3c,0s,64k,0b,16r", a number for each of the following.
struct Shape {
  /// Functions that call each other in a chain.
  unsigned Functions = 1;
  /// Of them in COMDATs.
  unsigned Comdats = 0;
  /// 1: each function has a section of its own.
  unsigned Sections = 0;
  /// KiB of a common symbol, of zeros and of constants.
  unsigned CommonKiB = 0, ZeroKiB = 0, ConstantKiB = 0;

  std::string text() const;
  static std::optional<Shape> parse(llvm::StringRef Text);
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_SHAPE_H
