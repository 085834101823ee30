//===- DualBacking.h - Shared memory under two addresses --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_DUALBACKING_H
#define JITSLAB_CORE_DUALBACKING_H

#include "SlabBacking.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace jitslab {

/// Code and read-only data in shared memory that is mapped twice: r-x or r-- in
/// the window, rw- at an unrelated address, the writer view. Data is private
/// and anonymous, in the window.
///
/// A fork gives both processes the same shared memory. What is committed after
/// it comes from another one, so slabs know which one they are of.
class DualBacking final : public SlabBacking {
public:
  /// For the window [Begin, Begin + Size). Makes sure that the system lets
  /// shared memory be executed.
  static llvm::Expected<std::unique_ptr<DualBacking>>
  create(VirtualMemory &VM, uintptr_t Begin, size_t Size, bool HugePages);
  ~DualBacking() override;

  std::error_code commit(Lane L, AddressRange Slabs) override;
  std::error_code decommit(Lane L, AddressRange Slab) override;
  std::error_code makeWritable(Lane L, AddressRange R) override;
  void populate(Lane L, AddressRange Pages) override;
  void onSlabFull(Lane L, AddressRange Slab) override;
  uintptr_t workingOffset(Lane L) const override {
    return isShared(L) ? Writer - Begin : 0;
  }
  bool isSharedByFork(Lane L) const override { return isShared(L); }
  std::error_code abandon(AddressRange Slab) override;
  void renew() override { Current.reset(); }
  void detachFromParent() override;

private:
  /// Closes the memory when no slab is left that lies in it.
  class Memory;

  DualBacking(VirtualMemory &VM, uintptr_t Begin, size_t Size, uintptr_t Writer,
              bool HugePages);

  static bool isShared(Lane L) { return L != Lane::RWData; }
  std::error_code ensureMemory();
  std::error_code mapBoth(Lane L, AddressRange Slabs);
  uintptr_t writerOf(uintptr_t Executor) const {
    return Executor - Begin + Writer;
  }
  size_t slabOf(uintptr_t Executor) const;

  VirtualMemory &VM;
  const uintptr_t Begin;
  const size_t Size;
  const uintptr_t Writer;
  const bool HugePages;
  /// What commit takes from; null after a fork.
  std::shared_ptr<Memory> Current;
  llvm::SmallVector<std::shared_ptr<Memory>, 0> OfSlab;
};

} // namespace jitslab

#endif // JITSLAB_CORE_DUALBACKING_H
