//===- MemoryHost.h - Whose memory a life uses ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_MEMORYHOST_H
#define JITSLAB_UNITTESTS_LIVES_MEMORYHOST_H

#include "LLVMCompat.h"
#include "llvm/ExecutionEngine/Orc/Layer.h"
#include "llvm/ExecutionEngine/RTDyldMemoryManager.h"
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace jitslab {

/// Makes the memory managers of a life. Used by several threads at once.
class MemoryHost {
public:
  virtual ~MemoryHost() = default;

  virtual std::unique_ptr<llvm::RTDyldMemoryManager> makeManager() = 0;
  /// What has failed with \p Manager, which nobody was told of.
  virtual llvm::Error errorOf(llvm::RTDyldMemoryManager &Manager);
  /// True when an engine may fail whose manager is wrapped by one that passes
  /// little on.
  virtual bool mayRefuseWrappers() const { return false; }

#if JITSLAB_HAS_JITLINK
  virtual llvm::Expected<std::unique_ptr<llvm::orc::ObjectLayer>>
  makeJITLinkLayer(llvm::orc::ExecutionSession &ES) = 0;
#endif

  /// Gives back what is not used; true when everything is as it should be.
  virtual bool trim() { return true; }
  /// False when Starve is beyond it: LLVM ends the process then.
  virtual bool survivesStarving() const { return false; }
  /// False when a child that is forked while threads load may wait for ever:
  /// what registers frames by itself has locked the unwinder then.
  virtual bool childrenMayLoad() const { return false; }
  /// False when the unwinder does not take frames as this host registers them.
  virtual bool passesExceptions() const { return true; }
};

struct NamedHost {
  std::string Name;
  std::function<llvm::Expected<std::unique_ptr<MemoryHost>>()> Make;
};

/// LLVM's managers, which the others are compared with.
NamedHost llvmHost();
/// An arena in each layout that can be tried here.
std::vector<NamedHost> jitslabHosts();

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_MEMORYHOST_H
