//===- InitFiniPlugin.h - Static constructors of objects --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Trigger: an object file with static constructors or destructors is linked by
/// JITLink in a session without the ORC runtime. Symptom: nobody runs them, and
/// nobody says so; LLJIT's default platform knows those of IR modules only.
/// Affected: LLVM 19 to 22. Remove when: a platform of LLVM's that needs no
/// runtime runs what .init_array and .fini_array hold.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_INITFINIPLUGIN_H
#define JITSLAB_INITFINIPLUGIN_H

#include "jitslab/ABI.h"
#include "jitslab/JITLinkPart.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include <memory>

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// Runs the static constructors and destructors of ELF objects in this process,
/// or refuses objects that have some. Objects that a platform takes care of
/// (that of the ORC runtime does) are left to it.
///
/// Constructors are those of .init_array by priority, lowest first, and of
/// .ctors, in reverse; destructors those of .fini_array, in reverse, and of
/// .dtors. Destructors run only where constructors have run.
///
/// Thread-safe. No lock is held while code of objects runs.
class JITSLAB_ABI InitFiniPlugin
    : public llvm::orc::ObjectLinkingLayer::Plugin {
public:
  /// Refuse: linking such an object is an error that says what to do. Run: its
  /// functions run when initialize and deinitialize are called.
  enum class Mode { Refuse, Run };

  explicit InitFiniPlugin(Mode M = Mode::Run);
  ~InitFiniPlugin() override;

  /// Runs the constructors of the objects of \p JD that were linked and whose
  /// constructors have not run: all of them in the order of their priorities,
  /// else in that of linking. Objects that nobody has looked up are not linked;
  /// LLJIT::initialize looks up those that have constructors. Waits until what
  /// they refer to is linked too; where that fails, the session is told, and
  /// the constructors and destructors of the object never run.
  void initialize(llvm::orc::JITDylib &JD);

  /// Runs what the objects of \p JD have registered with __cxa_atexit (see
  /// defineAtExit), last to first, then their destructors, and then what those
  /// have registered. What is removed before that has its own run when it is
  /// removed, and the last object all that is left.
  void deinitialize(llvm::orc::JITDylib &JD);

  /// Defines __dso_handle and __cxa_atexit in \p JD, linked by \p Layer, for
  /// sessions without LLJIT and for inactive platforms: LLJIT's default one has
  /// defined them, and LLJIT::deinitialize runs what was registered. This
  /// plugin must outlive the code of \p JD. Fails where one of them is defined
  /// already.
  llvm::Error defineAtExit(llvm::orc::ObjectLinkingLayer &Layer,
                           llvm::orc::JITDylib &JD);

  void modifyPassConfig(llvm::orc::MaterializationResponsibility &MR,
                        llvm::jitlink::LinkGraph &G,
                        llvm::jitlink::PassConfiguration &Config) override;
  llvm::Error
  notifyEmitted(llvm::orc::MaterializationResponsibility &MR) override;
  llvm::Error
  notifyFailed(llvm::orc::MaterializationResponsibility &MR) override;
  llvm::Error notifyRemovingResources(llvm::orc::JITDylib &JD,
                                      llvm::orc::ResourceKey K) override;
  void notifyTransferringResources(llvm::orc::JITDylib &JD,
                                   llvm::orc::ResourceKey To,
                                   llvm::orc::ResourceKey From) override;

private:
  struct State;
  std::unique_ptr<State> S;
};

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_INITFINIPLUGIN_H
