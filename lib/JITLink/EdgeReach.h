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

/// What has to be right about the places of an edge's block and its target so
/// that the edge can be encoded.
enum class EdgeReach : uint8_t {
  /// Nothing: sizes, and absolute addresses of 64 bits.
  Anywhere,
  /// How far apart they are.
  Distance,
  /// Where they are: absolute addresses of fewer bits, parts of addresses, and
  /// whatever is not known.
  Position
};

/// The reach of edges of \p Kind. Of other architectures than x86-64 and
/// AArch64 none is known.
EdgeReach edgeReach(const llvm::jitlink::LinkGraph &G,
                    llvm::jitlink::Edge::Kind Kind);

} // namespace jitslab

#endif // JITSLAB_JITLINK_EDGEREACH_H
