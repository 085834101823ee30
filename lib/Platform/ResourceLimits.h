//===- ResourceLimits.h - Which limit was hit -------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_RESOURCELIMITS_H
#define JITSLAB_PLATFORM_RESOURCELIMITS_H

#include "jitslab/ArenaErrors.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <string>
#include <system_error>

namespace jitslab {

struct LimitHit {
  SystemLimit Which;
  /// What is known of it, as a part of a sentence.
  std::string Fact;
};

/// The limits that a memory call which failed with \p EC has most likely hit:
/// all that there are where the system does not say which. Empty when nothing
/// is known. Reads /proc, so it belongs on error paths only.
llvm::SmallVector<LimitHit, 1> limitsBehind(std::error_code EC);

/// Bytes of address space that RLIMIT_AS leaves; SIZE_MAX where it is infinite
/// or nothing says how much there is.
size_t addressSpaceLeft();

/// vm.max_map_count, or the kernel's default for it where nothing says it.
size_t mappingLimit();

/// True when the kernel grants no more memory than it has
/// (vm.overcommit_memory is 2; Documentation/mm/overcommit-accounting.rst).
bool isOvercommitStrict();

} // namespace jitslab

#endif // JITSLAB_PLATFORM_RESOURCELIMITS_H
