//===- Names.h - Sizes and kinds as programs print them ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_NAMES_H
#define JITSLAB_TOOLS_NAMES_H

#include "jitslab/ArenaSnapshot.h"
#include "jitslab/MemoryLocation.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace jitslab {

/// "2.0 GiB"
std::string humanSize(uint64_t Bytes);
llvm::StringRef kindName(SegmentKind K);
llvm::StringRef useName(SlabUse U);

} // namespace jitslab

#endif // JITSLAB_TOOLS_NAMES_H
