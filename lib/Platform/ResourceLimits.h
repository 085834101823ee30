//===- ResourceLimits.h - Which limit was hit -------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_RESOURCELIMITS_H
#define JITSLAB_PLATFORM_RESOURCELIMITS_H

#include <string>
#include <system_error>

namespace jitslab {

/// Explains a failed memory call: which limit of the process or the system was
/// most likely hit, and what to do about it. Empty when nothing is known.
/// Reads /proc, so it belongs on error paths only.
std::string explainFailure(std::error_code EC);

/// True when the kernel grants no more memory than it has
/// (vm.overcommit_memory is 2; Documentation/mm/overcommit-accounting.rst).
bool isOvercommitStrict();

} // namespace jitslab

#endif // JITSLAB_PLATFORM_RESOURCELIMITS_H
