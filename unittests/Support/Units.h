//===- Units.h - Names for large numbers of bytes ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_SUPPORT_UNITS_H
#define JITSLAB_UNITTESTS_SUPPORT_UNITS_H

#include <cstddef>

namespace jitslab {

inline constexpr size_t MiB = size_t(1) << 20;

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_SUPPORT_UNITS_H
