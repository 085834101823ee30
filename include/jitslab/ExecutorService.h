//===- ExecutorService.h - The executor's side of an arena ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// For processes that run code which another process links (executors). Link
/// them with jitslab::executor. With LLVM 19 to 23.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_EXECUTORSERVICE_H
#define JITSLAB_EXECUTORSERVICE_H

#include "jitslab/ABI.h"
#include "jitslab/JITLinkPart.h"
#include "llvm/ExecutionEngine/Orc/TargetProcess/ExecutorBootstrapService.h"
#include "llvm/Support/Error.h"

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// Lets a RemoteJITLinkMemoryManager of the controller have windows in this
/// process:
/// \code
///   Setup.services().push_back(std::make_unique<jitslab::ExecutorService>());
/// \endcode
/// Code is not writable in this process, in any way that the system offers, as
/// long as the controller shares its memory; where contents travel in messages,
/// it is written through another address (Layout::Dense).
///
/// The controller decides what runs here, as with every service of LLVM's. It
/// is in the static library only, so it is not marked as exported.
/// Thread-safe.
class ExecutorService final : public llvm::orc::ExecutorBootstrapService {
public:
  ExecutorService();
  ~ExecutorService() override;

  void addBootstrapSymbols(
      llvm::StringMap<llvm::orc::ExecutorAddr> &BootstrapSymbols) override;

  /// Called by the server when the controller has gone, whether it said so or
  /// not: runs the deallocation actions that are left, last to first,
  /// deregisters frames and gives all windows back. No code in them may run
  /// any more.
  llvm::Error shutdown() override;
};

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_EXECUTORSERVICE_H
