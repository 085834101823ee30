//===- FrameCallsPlugin.cpp - Code that registers frames ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FrameCallsPlugin.h"
#include "../LLVMCompat.h"
#include "../Unwind/FrameRegistry.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

static void addFrames(const uint8_t *Begin) {
  FrameRegistry::process().addForeign(Begin);
}
static void removeFrames(const uint8_t *Begin) {
  FrameRegistry::process().removeForeign(Begin);
}

static StringRef nameOfExternal(const Symbol &S) {
#if JITSLAB_LLVM_SYMBOL_NAMES_ARE_POOLED
  return *S.getName();
#else
  return S.getName();
#endif
}

void redirectFrameCalls(LinkGraph &G, FrameFunctions F) {
  SmallVector<std::pair<Symbol *, orc::ExecutorAddr>, 4> Found;
  for (Symbol *S : G.external_symbols())
    if (orc::ExecutorAddr Function =
            StringSwitch<orc::ExecutorAddr>(nameOfExternal(*S))
                .Case("__register_frame", F.Add)
                .Case("__deregister_frame", F.Remove)
                // libunwind's, which the runtime prefers.
                .Case("__unw_add_dynamic_eh_frame_section", F.Add)
                .Case("__unw_remove_dynamic_eh_frame_section", F.Remove)
                .Default(orc::ExecutorAddr()))
      Found.push_back({S, Function});
  for (auto [S, Function] : Found)
    G.makeAbsolute(*S, Function);
}

static Error redirectCalls(LinkGraph &G) {
  redirectFrameCalls(G, {orc::ExecutorAddr::fromPtr(addFrames),
                         orc::ExecutorAddr::fromPtr(removeFrames)});
  return Error::success();
}

void FrameCallsPlugin::modifyPassConfig(orc::MaterializationResponsibility &,
                                        LinkGraph &,
                                        PassConfiguration &Config) {
  Config.PrePrunePasses.push_back(redirectCalls);
}

} // namespace jitslab
