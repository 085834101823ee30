//===- LLJITSupport.h - An LLJIT on an arena --------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_LLJITSUPPORT_H
#define JITSLAB_LLJITSUPPORT_H

#include "jitslab/ABI.h"
#include "jitslab/ArenaJITLinkMemoryManager.h"
#include "jitslab/LLVMCompat.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// An ObjectLinkingLayer whose objects live in \p A, with the repairs of LLVM's
/// defects that this library has (GOTPCRELXFixPlugin).
///
/// C++ exceptions pass through its code: EH frames are registered with the
/// process's unwinder by this library, for each object once. LLVM's
/// EHFrameRegistrationPlugin, which LLJIT's platforms (LLVM 21 and later) or
/// the host may add, and the ORC runtime find them registered already. With
/// LLVM 19 and 20 the host must not add that plugin.
JITSLAB_ABI llvm::Expected<std::unique_ptr<llvm::orc::ObjectLinkingLayer>>
createObjectLinkingLayer(llvm::orc::ExecutionSession &ES,
                         std::shared_ptr<Arena> A,
                         ArenaJITLinkOptions Options = {});

/// The same for \p Memory, an ArenaJITLinkMemoryManager whose options have
/// RegisterFrames, and which outlives the layer. \p Statics is that of
/// ArenaJITLinkOptions.
JITSLAB_ABI llvm::Expected<std::unique_ptr<llvm::orc::ObjectLinkingLayer>>
createObjectLinkingLayer(llvm::orc::ExecutionSession &ES,
                         llvm::jitlink::JITLinkMemoryManager &Memory,
                         std::shared_ptr<InitFiniPlugin> Statics = nullptr);

/// Makes the LLJIT that \p Builder creates link its objects with JITLink into
/// \p A. The builder may be an LLJITBuilder, an LLLazyJITBuilder, or one that
/// the host has derived from LLJITBuilderSetters. Replaces its object linking
/// layer creator, and from LLVM 23 on its memory manager creator too: there the
/// arena's manager is the one that LLJIT::getMemoryManager returns.
///
/// Where LLJIT would generate code for the large code model or without position
/// independence, the builder's target machine options should ask for
/// Reloc::PIC_ and CodeModel::Small: that is what windows make safe.
template <typename JITType, typename SetterImpl, typename State>
void useArena(
    llvm::orc::LLJITBuilderSetters<JITType, SetterImpl, State> &Builder,
    std::shared_ptr<Arena> A, ArenaJITLinkOptions Options = {}) {
#if JITSLAB_LLVM_LLJIT_HAS_MEMORY_MANAGER
  Options.RegisterFrames = true;
  Builder.setObjectLinkingLayerCreator(
      [Statics = Options.Statics](llvm::orc::ExecutionSession &ES,
                                  llvm::jitlink::JITLinkMemoryManager &Memory)
          -> llvm::Expected<std::unique_ptr<llvm::orc::ObjectLayer>> {
        return createObjectLinkingLayer(ES, Memory, Statics);
      });
  Builder.setMemoryManagerCreator(
      [A = std::move(A),
       Options = std::move(Options)](llvm::orc::ExecutionSession &)
          -> llvm::Expected<
              std::unique_ptr<llvm::jitlink::JITLinkMemoryManager>> {
        return std::make_unique<ArenaJITLinkMemoryManager>(A, Options);
      });
#else
  // Further parameters, of which this needs none, differ between versions.
  Builder.setObjectLinkingLayerCreator(
      [A = std::move(A), Options = std::move(Options)](
          llvm::orc::ExecutionSession &ES, auto &&...)
          -> llvm::Expected<std::unique_ptr<llvm::orc::ObjectLayer>> {
        return createObjectLinkingLayer(ES, A, Options);
      });
#endif
}

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_LLJITSUPPORT_H
