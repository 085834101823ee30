//===- ProcessArena.h - The one arena of a process --------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_PROCESSARENA_H
#define JITSLAB_TOOLS_PRELOAD_PROCESSARENA_H

#include "Backend.h"
#include "PreloadOptions.h"
#include <atomic>
#include <memory>
#include <string>

namespace jitslab {

/// What the environment says; fails as PreloadOptions::parse does.
llvm::Expected<PreloadOptions> optionsOfProcess();

/// As they are told at exit: first all counts, then all sizes.
std::string describe(const ArenaStats &S);

/// What all engines of the process share: made for the first one that is to be
/// served, as JITSLAB_OPTIONS says, and never destroyed, because engines may
/// outlive every destructor. Thread-safe.
class ProcessArena {
public:
  static ProcessArena &get();

  /// Null if the options are bad or the system refuses: the host keeps LLVM's
  /// managers then.
  const std::shared_ptr<Arena> &arena() const { return TheArena; }
  /// Why arena() is null.
  ServeResult whyNone() const { return {Failure.c_str(), /*IsError=*/true}; }

  /// For what is said at exit. A child of a fork counts its own only.
  void countEngine();
  void countObject();

  /// True if anything was counted. Does not make the arena.
  static bool hasServed();

private:
  template <typename T> friend T &processWide();
  ProcessArena();
  llvm::Error makeArena();
  void announce();
  void atExit();

  PreloadOptions Options;
  std::shared_ptr<Arena> TheArena;
  /// Why there is no arena; empty if there is one.
  std::string Failure;
  std::atomic<bool> Announced{false};
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_PROCESSARENA_H
