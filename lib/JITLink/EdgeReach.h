//===- EdgeReach.h - Which relocations depend on distance -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINK_EDGEREACH_H
#define JITSLAB_JITLINK_EDGEREACH_H

#include "llvm/ExecutionEngine/JITLink/JITLink.h"

namespace jitslab {

/// True when an edge of \p Kind means the same wherever its block and its
/// target lie: absolute addresses and sizes. Kinds that are not known here, and
/// all kinds of other architectures, count as dependent.
bool isIndependentOfDistance(const llvm::jitlink::LinkGraph &G,
                             llvm::jitlink::Edge::Kind Kind);

} // namespace jitslab

#endif // JITSLAB_JITLINK_EDGEREACH_H
