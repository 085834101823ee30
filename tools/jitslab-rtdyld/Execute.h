//===- Execute.h - Calls into the loaded code -------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_EXECUTE_H
#define JITSLAB_TOOLS_RTDYLD_EXECUTE_H

#include "Linker.h"
#include "Options.h"

namespace jitslab {

struct Entry {
  std::string Name;
  uint64_t Address;
};

/// The function that \p O asks for.
llvm::Expected<Entry> findEntry(Linker &L, const LoaderOptions &O);

/// Calls \p E as main, argv[0] being the first object file, after it has told
/// stderr so. \returns what it returns.
int callEntry(const Entry &E, const LoaderOptions &O);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_EXECUTE_H
