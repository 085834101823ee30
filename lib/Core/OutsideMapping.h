//===- OutsideMapping.h - Memory outside all windows ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_OUTSIDEMAPPING_H
#define JITSLAB_CORE_OUTSIDEMAPPING_H

#include "../Platform/AddressSpace.h"
#include "jitslab/Arena.h"
#include <atomic>
#include <utility>

namespace jitslab {

/// A section in a mapping of its own. Its arena counts it
/// (ArenaStats::OutsideBytes) and has to outlive it.
class OutsideMapping {
public:
  /// Maps \p Size bytes, not 0, that are zero and can be written. \p Align is a
  /// power of two. \p Section is its name, for messages. All of it lies in
  /// \p Within, unless that is empty.
  static llvm::Expected<OutsideMapping> create(Arena &A, size_t Size,
                                               size_t Align,
                                               llvm::StringRef Section,
                                               AddressRange Within = {});

  OutsideMapping(OutsideMapping &&Other) noexcept
      : Owner(std::exchange(Other.Owner, nullptr)), Start(Other.Start),
        Size(Other.Size) {}
  OutsideMapping &operator=(OutsideMapping &&) = delete;
  ~OutsideMapping();

  char *data() const { return reinterpret_cast<char *>(Start); }

  /// Takes the right to write away. May be called again.
  llvm::Error makeReadOnly();

private:
  OutsideMapping(Arena &A, uintptr_t Start, size_t Size);

  /// Null: moved from.
  Arena *Owner;
  uintptr_t Start;
  /// Whole pages.
  size_t Size;
};

} // namespace jitslab

#endif // JITSLAB_CORE_OUTSIDEMAPPING_H
