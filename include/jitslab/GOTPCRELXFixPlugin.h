//===- GOTPCRELXFixPlugin.h - JITLink relaxes calls wrongly -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// Trigger: `call *foo@GOTPCREL(%rip)` or `jmp *foo@GOTPCREL(%rip)` (what
/// -fno-plt compiles to, R_X86_64_GOTPCRELX) where foo lies in the low 4 GiB,
/// as functions and PLT entries of a program do that is not
/// position-independent. Symptom: x86_64::optimizeGOTAndStubAccesses rewrites
/// it to a direct call or jump and marks its operand as Pointer32, an absolute
/// address, although the instruction's operand is relative to its end. The code
/// jumps to foo's address plus its own. Affected: LLVM 14 to 22
/// (JITLink/x86_64.cpp, "Transform call/jmp instructions"). jitslab has JITLink
/// from 19 on. LLVM 23 has it mended (llvm#190179): the plugin finds nothing to
/// do there, and LLJITSupport.h leaves it out. Remove when: 22 is not supported
/// any more.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_GOTPCRELXFIXPLUGIN_H
#define JITSLAB_GOTPCRELXFIXPLUGIN_H

#include "jitslab/ABI.h"
#include "jitslab/JITLinkPart.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// Repairs such calls and jumps: they become relative where the distance fits,
/// and go through the GOT as before the rewriting otherwise. Add it to an
/// ObjectLinkingLayer after plugins of one's own that add passes; it does
/// nothing on other architectures. Thread-safe.
class JITSLAB_ABI GOTPCRELXFixPlugin
    : public llvm::orc::ObjectLinkingLayer::Plugin {
public:
  void modifyPassConfig(llvm::orc::MaterializationResponsibility &MR,
                        llvm::jitlink::LinkGraph &G,
                        llvm::jitlink::PassConfiguration &Config) override;

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

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_GOTPCRELXFIXPLUGIN_H
