//===- Linker.h - Linkers and managers to compare ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What the measurements see of RuntimeDyld and of JITLink.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_LINKER_H
#define JITSLAB_BENCHMARKS_LINKER_H

#include "InputObject.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace jitslab::bench {

/// Loads objects into slots. Used by one thread at a time.
class Linker {
public:
  virtual ~Linker() = default;

  /// Makes \p N slots, so that no load has to.
  virtual void makeSlots(size_t N) = 0;

  /// Frames of what is loaded from now on are registered, if they are not
  /// anyway.
  virtual void registerFrames() {}

  /// Loads \p O: afterwards its code can run. The slot has to be empty.
  virtual llvm::Error load(const InputObject &O, size_t Slot) = 0;

  /// Loads \p O \p N times, and makes all of them ready to run in one step.
  virtual llvm::Error loadTogether(const InputObject &O, size_t N,
                                   size_t Slot) = 0;

  /// The same in an engine, as a host of MCJIT does it that has compiled its
  /// modules before. Without engines it is the same.
  virtual llvm::Error loadInEngine(const InputObject &O, size_t N,
                                   size_t Slot) {
    return loadTogether(O, N, Slot);
  }

  /// Frees what is in a slot.
  virtual llvm::Error unload(size_t Slot) = 0;

  /// The address of `fn`, of what load has loaded.
  uintptr_t entry(size_t Slot) const { return Entries[Slot]; }

protected:
  std::vector<uintptr_t> Entries;
};

/// Linkers for so many threads, on the same memory.
using Linkers = std::vector<std::unique_ptr<Linker>>;

/// One line of the comparison.
struct Manager {
  /// "RTDyld" or "JITLink".
  std::string LinkerName;
  std::string Name;
  std::function<llvm::Expected<Linkers>(size_t Threads)> Make;

  std::string fullName() const { return LinkerName + "/" + Name; }
};

/// The managers that work with this LLVM and on this system. Says on stderr
/// which layouts do not.
std::vector<Manager> rtdyldManagers();
std::vector<Manager> jitlinkManagers();

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_LINKER_H
