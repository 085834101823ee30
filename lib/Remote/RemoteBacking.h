//===- RemoteBacking.h - Memory of two processes ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_REMOTE_REMOTEBACKING_H
#define JITSLAB_REMOTE_REMOTEBACKING_H

#include "../Core/Reservation.h"
#include "../Core/SlabBacking.h"
#include "RemoteMemory.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>

namespace jitslab {

/// Memory that is written in this process and used in the executor, for all
/// lanes of a window there. It is mapped in runs of slabs: what a lane is
/// likely to need next is mapped with what it needs, more each time, so that
/// messages are few. A run goes as a whole, when none of its slabs is in use:
/// no hole can be punched into memory that is sealed against writing.
///
/// Where the processes share no memory, what is written here is sent when an
/// object is complete.
class RemoteBacking final : public SlabBacking {
public:
  /// For the window \p Window of the executor's. \p Writer is a reservation of
  /// the same size in this process.
  RemoteBacking(RemoteMemory &VM, AddressRange Window, Reservation Writer);
  ~RemoteBacking() override;

  std::error_code commit(Lane L, AddressRange Slabs, AddressRange Run) override;
  std::error_code decommit(AddressRange Slab) override;
  /// Rights never change.
  std::error_code makeWritable(AddressRange) override { return {}; }
  void populate(AddressRange) override {}
  void onSlabFull(AddressRange) override {}
  uintptr_t workingOffset() const override {
    return Writer.range().Begin - Window.Begin;
  }

  /// Maps \p Slabs, of which none is mapped, for a lane that will need them. A
  /// failure leaves them unmapped.
  std::error_code mapAhead(Lane L, AddressRange Slabs);

private:
  struct Run {
    Lane Owner;
    /// Slabs in use.
    size_t Used = 0;
  };

  AddressRange widen(Lane L, AddressRange Slabs, AddressRange Around);
  bool isMappedFor(Lane L, AddressRange Slabs) const;
  std::error_code mapShared(Lane L, AddressRange Slabs);
  std::error_code mapPrivate(Lane L, AddressRange Slabs);
  void forget(std::shared_ptr<Run> &OfSlab);
  void unmapRun(const Run *R);
  size_t slabOf(uintptr_t Address) const;
  uintptr_t writerOf(uintptr_t Address) const {
    return Address + workingOffset();
  }

  RemoteMemory &VM;
  /// This process's.
  VirtualMemory &Local = VirtualMemory::system();
  const AddressRange Window;
  PerLane<size_t> NextRun;
  /// Null where nothing is mapped.
  llvm::SmallVector<std::shared_ptr<Run>, 0> OfSlab;
  const Reservation Writer;
};

} // namespace jitslab

#endif // JITSLAB_REMOTE_REMOTEBACKING_H
