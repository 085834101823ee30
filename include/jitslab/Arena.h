//===- Arena.h - Contiguous JIT memory --------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The arena: memory for JIT'd objects in windows of contiguous address space,
/// so that no relocation between two bytes of a window can overflow. For hosts,
/// which make arenas and hand them to memory managers; ArenaMemory.h has what
/// memory managers need. All sizes are in bytes.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_ARENA_H
#define JITSLAB_ARENA_H

#include "jitslab/ABI.h"
#include "jitslab/ArenaErrors.h"
#include "jitslab/ArenaMemory.h"
#include "jitslab/ArenaOptions.h"
#include "jitslab/ArenaStats.h"
#include "jitslab/LLVMCompat.h"
#include "jitslab/MemoryLocation.h"
#include "llvm/Support/Error.h"
#include <cstddef>
#include <memory>

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

struct ArenaSnapshot;

/// Where the heap is used up, what changes an arena ends the process in LLVM's
/// way (llvm::report_bad_alloc_error); std::bad_alloc passes through create,
/// stats, snapshot and verify, which change nothing then.
///
/// Thread-safe: every function may be called from any thread at any time, and
/// arenas may be shared by any number of memory managers. Functions wait while
/// another thread forks; ForkHandlers.h says what fork handlers may do.
class JITSLAB_ABI Arena : public ArenaMemory {
public:
  /// Makes an arena and reserves its first window.
  /// Fails with BadOptionError for options out of range, with
  /// SystemRefusalError when the reservation is refused or forks cannot be told
  /// of (ForkHandlers.h). A failure leaves nothing behind.
  static llvm::Expected<std::shared_ptr<Arena>> create(ArenaOptions = {});

  /// Every allocation must have been released.
  ~Arena();

  /// The options in force: WindowSize is what was really reserved.
  const ArenaOptions &options() const;

  /// What it holds at this moment.
  ArenaStats stats() const;

  /// Which slabs of which windows hold what, as of one moment
  /// (ArenaSnapshot.h). Takes time proportional to the number of slabs.
  ArenaSnapshot snapshot() const;

  /// Which object has \p Address, or had it before it was freed, in which of
  /// its segments and where there: for crash reports and profilers. \p Address
  /// is one at which objects are executed and read; what is written through
  /// another one (Segment::Working in Layout::Dense) is Outside. It need not be
  /// mapped: it is not read.
  ///
  /// Async-signal-safe, and safe wherever else the process was interrupted:
  /// takes no lock, no memory from the heap, and waits for nobody. What of an
  /// object is live, and is neither being allocated nor released at this
  /// moment, is answered exactly; other addresses as they were at some moment
  /// during the call. Takes time proportional to the number of windows, and to
  /// the size of the segment: a step for 1 KiB in Layout::Dense, for 16 pages
  /// in the others. Requires that the arena lives.
  MemoryLocation lookup(uintptr_t Address) const noexcept;

  /// Gives slabs that hold nothing live back to the system, and windows that
  /// hold nothing at all; one window stays. What is left of a full arena is
  /// trimmed by allocate itself, before it adds a window or fails.
  /// \returns the bytes given back.
  size_t trim();

  /// Checks the arena's structures against each other. For tests and debugging:
  /// takes time proportional to what the arena holds.
  bool verify() const;

private:
  friend class jitslab::ArenaAccess;
  JITSLAB_HIDDEN explicit Arena(std::unique_ptr<ArenaImpl> Impl);
};

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_ARENA_H
