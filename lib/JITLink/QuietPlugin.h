//===- QuietPlugin.h - A plugin that only looks ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINK_QUIETPLUGIN_H
#define JITSLAB_JITLINK_QUIETPLUGIN_H

#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"

namespace jitslab {

/// A plugin of an ObjectLinkingLayer that keeps nothing for an object, and so
/// has nothing to do when objects go.
class QuietPlugin : public llvm::orc::ObjectLinkingLayer::Plugin {
public:
  llvm::Error
  notifyFailed(llvm::orc::MaterializationResponsibility &) override {
    return llvm::Error::success();
  }
  llvm::Error notifyRemovingResources(llvm::orc::JITDylib &,
                                      llvm::orc::ResourceKey) override {
    return llvm::Error::success();
  }
  void notifyTransferringResources(llvm::orc::JITDylib &,
                                   llvm::orc::ResourceKey,
                                   llvm::orc::ResourceKey) override {}
};

} // namespace jitslab

#endif // JITSLAB_JITLINK_QUIETPLUGIN_H
