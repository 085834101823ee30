//===- SlabBacking.cpp - The memory behind slabs --------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SlabBacking.h"

namespace jitslab {

SlabBacking::~SlabBacking() = default;

} // namespace jitslab
