//===- EdgeReach.h - Which relocations depend on places ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINK_EDGEREACH_H
#define JITSLAB_JITLINK_EDGEREACH_H

#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include <cstdint>

namespace jitslab {

/// What decides whether an edge can be encoded.
enum class EdgeReach : uint8_t {
  /// Nothing, it always can: sizes, and absolute addresses of 64 bits.
  Anywhere,
  /// How far its block and its target are apart.
  Distance,
  /// Where the two are: absolute addresses of fewer bits, parts of addresses,
  /// and
  /// whatever is not known.
  Position
};

/// The reach of edges of \p Kind. Of other architectures than x86-64 and
/// AArch64 none is known.
EdgeReach edgeReach(const llvm::jitlink::LinkGraph &G,
                    llvm::jitlink::Edge::Kind Kind);

/// False when an edge of \p Kind takes \p Address itself, by 32 bits, and it
/// has more: code without position independence that lies too high.
bool holdsAddress(const llvm::jitlink::LinkGraph &G,
                  llvm::jitlink::Edge::Kind Kind, uint64_t Address);

} // namespace jitslab

#endif // JITSLAB_JITLINK_EDGEREACH_H
