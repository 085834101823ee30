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
/// C++ exceptions pass through its code where EH frames are registered:
/// - With LLVM 19 and 20 the layer does that, in every session.
/// - From LLVM 21 on LLJIT's platforms do: the default one and that of the ORC
///   runtime (ExecutorNativePlatform). In a session without LLJIT, and with
///   setUpInactivePlatform, the host has to, or an exception that reaches the
///   code ends the process (std::terminate). Before objects are added:
/// \code
///   // llvm/ExecutionEngine/Orc/EHFrameRegistrationPlugin.h
///   auto Plugin = orc::EHFrameRegistrationPlugin::Create(ES);
///   if (!Plugin)
///     return Plugin.takeError();
///   Layer->addPlugin(std::move(*Plugin));
/// \endcode
/// Only one may do it: frames must not be registered twice.
JITSLAB_ABI llvm::Expected<std::unique_ptr<llvm::orc::ObjectLinkingLayer>>
createObjectLinkingLayer(llvm::orc::ExecutionSession &ES,
                         std::shared_ptr<Arena> A, JITLinkOptions Options = {});

/// Makes the LLJIT that \p Builder creates link its objects with JITLink into
/// \p A. Replaces the builder's object linking layer creator. Where LLJIT would
/// generate code for the large code model or without position independence, the
/// builder's target machine options should ask for Reloc::PIC_ and
/// CodeModel::Small: that is what windows make safe. For C++ exceptions with an
/// inactive platform see createObjectLinkingLayer.
JITSLAB_ABI void useArena(llvm::orc::LLJITBuilder &Builder,
                          std::shared_ptr<Arena> A,
                          JITLinkOptions Options = {});

} // namespace jitslab

#endif // JITSLAB_LLJITSUPPORT_H
