//===- FreeDeleter.h - Owns memory from calloc ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_FREEDELETER_H
#define JITSLAB_CORE_FREEDELETER_H

#include <cstdlib>

namespace jitslab {

/// For std::unique_ptr to tables from calloc, whose pages cost no memory as
/// long as they are not written.
struct FreeDeleter {
  void operator()(void *P) const { free(P); }
};

} // namespace jitslab

#endif // JITSLAB_CORE_FREEDELETER_H
