//===- ArenaMemory.h - What linkers ask of an arena -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// For who writes a memory manager: how the memory of an object is taken from
/// an arena and made executable. Who uses a manager of this library needs
/// Arena.h only.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_ARENAMEMORY_H
#define JITSLAB_ARENAMEMORY_H

#include "jitslab/ABI.h"
#include "jitslab/Allocation.h"
#include "jitslab/ArenaErrors.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace jitslab {

class ArenaAccess;
class ArenaImpl;

inline namespace JITSLAB_ABI_NAMESPACE {

/// The part of an Arena that linkers use. Every Arena is one, and nothing else
/// is. Thread-safe, as Arena.
class JITSLAB_ABI ArenaMemory {
public:
  ArenaMemory(const ArenaMemory &) = delete;
  ArenaMemory &operator=(const ArenaMemory &) = delete;

  /// Takes memory for an object. All of it lies in one window, so within reach
  /// of each other; and in the window of \p Sibling if there is one, as a part
  /// of the same object. Writable, not executable until seal; contents are
  /// undefined.
  /// Fails with ArenaFullError, with SystemRefusalError, or with BadOptionError
  /// for alignments that are no powers of two and for
  /// a sibling that holds no memory of this arena. A failure takes nothing.
  llvm::Expected<Allocation> allocate(const Footprint &F,
                                      const Allocation *Sibling = nullptr);

  /// Gives allocations of this arena their final access rights and makes their
  /// code visible to instruction fetches. Adjacent ranges with equal rights
  /// share a call. Fails with SystemRefusalError; segments that were not
  /// reached then stay writable and not executable, and calling again is
  /// allowed. Fails with operation_canceled in Layout::Dense when this process
  /// was forked off while the object was being linked: what was written stays
  /// with the parent. Fails with BadOptionError, with nothing changed, when one
  /// of them is empty or another arena's.
  llvm::Error seal(llvm::ArrayRef<Allocation *> Allocations);

protected:
  friend class jitslab::ArenaAccess;
  JITSLAB_HIDDEN explicit ArenaMemory(std::unique_ptr<ArenaImpl> Impl);
  ~ArenaMemory();

  std::unique_ptr<ArenaImpl> Impl;
};

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_ARENAMEMORY_H
