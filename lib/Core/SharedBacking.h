//===- SharedBacking.h - Memory under two addresses -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_SHAREDBACKING_H
#define JITSLAB_CORE_SHAREDBACKING_H

#include "Reservation.h"
#include "SlabBacking.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>

namespace jitslab {

/// Shared memory that is mapped twice: with a lane's final rights in the
/// window, rw- at an unrelated address, the writer view. What is executed is
/// mapped copy-on-write, since a debugger may write there: then the page is a
/// copy, to which nothing comes that is written in the writer view.
///
/// A fork gives both processes the same shared memory, and neither may write
/// what the other executes. What the child commits after it comes from another
/// memory, and what the parent commits where something live at the fork was; so
/// slabs know which one they are of.
class SharedBacking final : public SlabBacking {
public:
  /// For the window \p Window, whose slabs are written in \p Writer, a
  /// reservation of the same size.
  SharedBacking(VirtualMemory &VM, AddressRange Window, Reservation Writer,
                bool HugePages);
  ~SharedBacking() override;

  /// Creates what commit takes from, as the next commit would.
  std::error_code ensureFile();

  std::error_code commit(Lane L, AddressRange Slabs, AddressRange Run) override;
  std::error_code decommit(AddressRange Slab) override;

  /// Lets the window show what is written in \p R, any part of a committed
  /// slab, also in pages that are copies. What a debugger has written beside it
  /// stays there if the system allows; with \p KeepTraps its breakpoints in it
  /// too. Fails with what the system says, or EIO where it does not do what it
  /// says. Without the lock.
  std::error_code showWritten(AddressRange R, bool KeepTraps);

  /// The views never change their rights. What a refused decommit has discarded
  /// is charged again (see VirtualMemory::mapShared).
  std::error_code makeWritable(AddressRange R) override;
  /// For the writer; what is executed is mapped around each fault.
  void populate(AddressRange Pages) override;
  void onSlabFull(AddressRange Slab) override;
  uintptr_t workingOffset() const override {
    return Writer.range().Begin - Window.Begin;
  }

  /// Unmaps one slab in which something was live at a fork. Its memory stays
  /// with the other process.
  std::error_code abandon(AddressRange Slab);

  /// Lets the next commits share no memory with another process.
  void renew() { Current.reset(); }

  /// Makes what this process writes through the writer view invisible to its
  /// parent. Called in a child before anything else runs in it; takes no memory
  /// from the heap.
  void detachFromParent();

private:
  class File;

  std::error_code mapWriter(AddressRange Slabs, const File &From);
  std::error_code mapBoth(Lane L, AddressRange Slabs);
  void putInCoreFiles(AddressRange Slabs);
  std::error_code showPart(AddressRange R, bool KeepTraps);
  std::error_code unmapBoth(AddressRange Slab);
  uintptr_t writerOf(uintptr_t Executor) const {
    return Executor + workingOffset();
  }
  size_t slabOf(uintptr_t Executor) const;

  VirtualMemory &VM;
  const AddressRange Window;
  const bool HugePages;
  /// What commit takes from; null if that is to be created.
  std::shared_ptr<File> Current;
  llvm::SmallVector<std::shared_ptr<File>, 0> OfSlab;
  /// The slabs that are mapped without memory behind them, by their numbers.
  llvm::SmallVector<size_t, 0> Discarded;
  const Reservation Writer;
};

} // namespace jitslab

#endif // JITSLAB_CORE_SHAREDBACKING_H
