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
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"

namespace jitslab {

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
                         std::shared_ptr<Arena> A, JITLinkOptions Options = {});

/// Makes the LLJIT that \p Builder creates link its objects with JITLink into
/// \p A. Replaces the builder's object linking layer creator. Where LLJIT would
/// generate code for the large code model or without position independence, the
/// builder's target machine options should ask for Reloc::PIC_ and
/// CodeModel::Small: that is what windows make safe.
JITSLAB_ABI void useArena(llvm::orc::LLJITBuilder &Builder,
                          std::shared_ptr<Arena> A,
                          JITLinkOptions Options = {});

} // namespace jitslab

#endif // JITSLAB_LLJITSUPPORT_H
