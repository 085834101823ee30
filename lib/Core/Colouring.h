//===- Colouring.h - Spreading segments over the cache sets -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_COLOURING_H
#define JITSLAB_CORE_COLOURING_H

#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cstddef>

namespace jitslab {

/// Chooses where a segment starts in its pages. If all started at a page's
/// first byte, they would compete for the few sets of the L1 caches that such
/// addresses map to. Not thread-safe.
class Colouring {
public:
  /// The offset for the next segment of \p Size bytes in \p Room bytes: a
  /// multiple of \p Align and of a cache line, with Offset + Size <= Room.
  size_t next(size_t Size, size_t Room, size_t Align) {
    // Linkers ask for a little more than they reserve (docs/design.md): a part
    // of the slack stays behind the segment for that.
    constexpr size_t Headroom = 256;
    size_t Slack = Room - Size;
    if (Slack <= Headroom)
      return 0;
    size_t Step = std::max(CacheLine, Align);
    size_t Colours = (Slack - Headroom) / Step + 1;
    return Counter++ % Colours * Step;
  }

private:
  // x86-64: Intel Optimization Reference Manual, 2.1; AArch64 server cores
  // likewise (Arm Neoverse N1 TRM, A6.1).
  static constexpr size_t CacheLine = 64;
  size_t Counter = 0;
};

} // namespace jitslab

#endif // JITSLAB_CORE_COLOURING_H
