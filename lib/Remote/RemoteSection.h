//===- RemoteSection.h - An executor's memory outside windows ---*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_REMOTE_REMOTESECTION_H
#define JITSLAB_REMOTE_REMOTESECTION_H

#include "../Core/Reservation.h"
#include "../JITLink/OutsideSections.h"
#include "RemoteMemory.h"

namespace jitslab {

/// A section in a mapping of its own in the executor. Where the processes share
/// memory it is a file, sealed as a run of slabs is; its contents are mapped
/// here until the object is complete. Where they do not, its contents lie here
/// until they were sent.
class RemoteSection final : public OutsideMemory {
public:
  /// Two messages at most, which it waits for. \p A counts it, and both have to
  /// outlive it.
  static OutsideMemoryOrError create(RemoteMemory &VM, Arena &A,
                                     const OutsideRequest &R);
  /// Gives it back, which is a message, unless somebody else does.
  ~RemoteSection() override;

  /// The executor's rights are final, or become so with what is sent.
  llvm::Error seal() override { return llvm::Error::success(); }
  void releaseWorking() override;
  void leave() override { IsLeft = true; }

private:
  RemoteSection(RemoteMemory &VM, Arena &A, size_t Size)
      : VM(VM), Owner(A), Size(Size) {}

  std::error_code reserveWorking(size_t Bytes);
  std::error_code mapShared(const OutsideRequest &R);
  std::error_code mapPrivate(const OutsideRequest &R);
  std::error_code mapThere(const OutsideRequest &R, const SharedMemory *File);

  RemoteMemory &VM;
  Arena &Owner;
  /// Whole pages.
  const size_t Size;
  bool IsLeft = false;
  /// This process's.
  VirtualMemory &Local = VirtualMemory::system();
  std::optional<Reservation> Working;
};

} // namespace jitslab

#endif // JITSLAB_REMOTE_REMOTESECTION_H
