//===- ProcessArena.h - The one arena of a process --------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_PROCESSARENA_H
#define JITSLAB_TOOLS_PRELOAD_PROCESSARENA_H

#include "PreloadOptions.h"
#include <atomic>
#include <memory>

namespace jitslab {

/// What all engines of the process share: made at first use, as JITSLAB_OPTIONS
/// says, and never destroyed, because engines may outlive every destructor.
/// Thread-safe.
class ProcessArena {
public:
  /// Must not be called while a ForkGate lives in this thread.
  static ProcessArena &get();

  /// Null if the options are bad or the system refuses: the host keeps LLVM's
  /// managers then. Why was said on stderr.
  const std::shared_ptr<Arena> &arena() const { return Memory; }

  void countEngine() { ++Engines; }
  void countObject() { ++Objects; }

  /// Says once that the host's own memory manager is left alone, if the options
  /// ask for that.
  void sayLeftAlone();

private:
  ProcessArena();
  llvm::Error start();
  void atExit();

  PreloadOptions Options;
  std::shared_ptr<Arena> Memory;
  /// Since the process began, also those that are gone.
  std::atomic<size_t> Engines{0}, Objects{0};
  std::atomic<bool> SaidLeftAlone{false};
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_PROCESSARENA_H
