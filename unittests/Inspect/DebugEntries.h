//===- DebugEntries.h - What debuggers are told, right or wrong -*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_DEBUGENTRIES_H
#define JITSLAB_UNITTESTS_DEBUGENTRIES_H

#include <cstdint>

namespace jitslab {

/// Tells debuggers by GDB's JIT interface of a function "told" at \p Address.
/// Before it in the list comes an entry whose symbol table has 2^31 symbols by
/// what it says, and two in fact.
void tellDebuggers(uintptr_t Address);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_DEBUGENTRIES_H
