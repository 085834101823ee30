//===- FrameCallsPlugin.h - Code that registers frames ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINK_FRAMECALLSPLUGIN_H
#define JITSLAB_JITLINK_FRAMECALLSPLUGIN_H

#include "QuietPlugin.h"

namespace jitslab {

/// Functions of the process that a graph's code runs in, which stand for
/// __register_frame and __deregister_frame.
struct FrameFunctions {
  llvm::orc::ExecutorAddr Add, Remove;
};

/// Lets code of \p G that registers frames by itself call these, if they are
/// not null. What it calls must not have been looked up yet.
void redirectFrameCalls(llvm::jitlink::LinkGraph &G, FrameFunctions F);

/// Code that is linked and registers frames by itself does so with the
/// FrameRegistry: the ORC runtime registers those of each object, which are
/// registered already.
class FrameCallsPlugin final : public QuietPlugin {
public:
  void modifyPassConfig(llvm::orc::MaterializationResponsibility &MR,
                        llvm::jitlink::LinkGraph &G,
                        llvm::jitlink::PassConfiguration &Config) override;
};

} // namespace jitslab

#endif // JITSLAB_JITLINK_FRAMECALLSPLUGIN_H
