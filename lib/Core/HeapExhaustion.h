//===- HeapExhaustion.h - When the heap is used up --------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_HEAPEXHAUSTION_H
#define JITSLAB_CORE_HEAPEXHAUSTION_H

#include "llvm/Support/ErrorHandling.h"
#include <new>

namespace jitslab {

/// Calls \p Body, which changes an arena. Where the heap is used up in the
/// middle of it the process ends, as LLVM ends it: its containers do that here
/// too, and what would pass through would leave the arena half changed.
template <typename Fn> decltype(auto) endIfHeapIsUsedUp(Fn Body) {
#ifdef __cpp_exceptions
  try {
    return Body();
  } catch (const std::bad_alloc &) {
    llvm::report_bad_alloc_error("jitslab: the heap is used up");
  }
#else
  return Body();
#endif
}

} // namespace jitslab

#endif // JITSLAB_CORE_HEAPEXHAUSTION_H
