//===- ParseSize.h - Sizes as users write them ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PARSESIZE_H
#define JITSLAB_TOOLS_PARSESIZE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSwitch.h"
#include <cstddef>
#include <limits>

namespace jitslab {

/// Reads a number of bytes with K, M or G behind it, or without. \returns false
/// if it is none, or too large to be one.
inline bool parseSize(llvm::StringRef Text, size_t &Size) {
  unsigned Shift = llvm::StringSwitch<unsigned>(Text.take_back(1).lower())
                       .Case("k", 10)
                       .Case("m", 20)
                       .Case("g", 30)
                       .Default(0);
  if (Shift)
    Text = Text.drop_back(1);
  if (Text.getAsInteger(10, Size) ||
      Size > std::numeric_limits<size_t>::max() >> Shift)
    return false;
  Size <<= Shift;
  return true;
}

/// Reads an address: a number, with 0x before it, or a size. \returns false if
/// it is none, or 0.
inline bool parseAddress(llvm::StringRef Text, uintptr_t &Address) {
  bool Read = Text.consume_front("0x") ? !Text.getAsInteger(16, Address)
                                       : parseSize(Text, Address);
  return Read && Address;
}

} // namespace jitslab

#endif // JITSLAB_TOOLS_PARSESIZE_H
