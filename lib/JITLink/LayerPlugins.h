//===- LayerPlugins.h - What layers on an arena need ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINK_LAYERPLUGINS_H
#define JITSLAB_JITLINK_LAYERPLUGINS_H

#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"

namespace jitslab {

/// Adds the plugins that every \p Layer on an arena needs, whose manager
/// registers EH frames: FrameCallsPlugin, and repairs of LLVM's defects.
void addLayerPlugins(llvm::orc::ObjectLinkingLayer &Layer);

} // namespace jitslab

#endif // JITSLAB_JITLINK_LAYERPLUGINS_H
