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

static Error redirectCalls(LinkGraph &G) {
  using Function = void (*)(const uint8_t *);
  SmallVector<std::pair<Symbol *, Function>, 4> Found;
  for (Symbol *S : G.external_symbols())
    if (Function F =
            StringSwitch<Function>(nameOfExternal(*S))
                .Case("__register_frame", addFrames)
                .Case("__deregister_frame", removeFrames)
                // libunwind's, which the runtime prefers.
                .Case("__unw_add_dynamic_eh_frame_section", addFrames)
                .Case("__unw_remove_dynamic_eh_frame_section", removeFrames)
                .Default(nullptr))
      Found.push_back({S, F});
  for (auto [S, F] : Found)
    G.makeAbsolute(*S, orc::ExecutorAddr::fromPtr(F));
  return Error::success();
}

void FrameCallsPlugin::modifyPassConfig(orc::MaterializationResponsibility &,
                                        LinkGraph &,
                                        PassConfiguration &Config) {
  Config.PrePrunePasses.push_back(redirectCalls);
}

} // namespace jitslab
