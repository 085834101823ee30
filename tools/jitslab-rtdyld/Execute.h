//===- Execute.h - Calls into the loaded code -------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_EXECUTE_H
#define JITSLAB_TOOLS_RTDYLD_EXECUTE_H

#include "Loader.h"
#include "Options.h"

namespace jitslab {

/// The address of the function that \p O asks for.
llvm::Expected<uint64_t> findEntry(const Loader &L, const LoaderOptions &O);

/// Calls \p Entry as main, argv[0] being the first object file.
/// \returns what it returns.
int callEntry(uint64_t Entry, const LoaderOptions &O);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_EXECUTE_H
