//===- RemoteMemory.h - An executor's address space -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_REMOTE_REMOTEMEMORY_H
#define JITSLAB_REMOTE_REMOTEMEMORY_H

#include "RemoteConnection.h"
#include <utility>
#include <vector>

namespace jitslab {

/// The address space of an executor, for an arena of this process. Windows are
/// reserved and released there. All else is for RemoteBacking to do, and fails
/// here.
class RemoteMemory final : public VirtualMemory {
public:
  explicit RemoteMemory(std::unique_ptr<RemoteConnection> C)
      : Executor(std::move(C)) {}

  RemoteConnection &executor() { return *Executor; }

  /// What is a page in both processes.
  size_t pageSize() const override;
  size_t mostMappings() const override { return SIZE_MAX; }

  /// Of the request only the size counts: the executor knows where there is
  /// room.
  llvm::ErrorOr<uintptr_t> reserve(const ReservationRequest &R) override;
  std::error_code release(uintptr_t Start, size_t Size, size_t Guard) override;

  /// Of working memory, in this process.
  std::error_code discard(uintptr_t Start, size_t Size) override;

  /// What is sent from now on has to synchronize the executor's threads: see
  /// synchronizations.
  void synchronizeThreads() override { ++Synchronizations; }
  /// How often that was asked for. It is done for all up to this number by a
  /// message that was sent later.
  uint64_t synchronizations() const { return Synchronizations; }

  /// Says that code at \p R, which this process cannot write, was freed.
  void noteFreedCode(AddressRange R);
  /// \returns what was noted since the last call.
  std::vector<llvm::orc::ExecutorAddrRange> takeFreedCode();

  /// Counts a run of slabs that is mapped, or not any more.
  void countRun(size_t Bytes) { ++Runs, MappedBytes += Bytes; }
  void uncountRun() { --Runs; }
  void uncountBytes(size_t Bytes) { MappedBytes -= Bytes; }
  size_t runs() const { return Runs; }
  size_t mappedBytes() const { return MappedBytes; }

  std::error_code protect(uintptr_t, size_t, Access) override;
  /// Of working memory, in this process.
  void populate(uintptr_t Start, size_t Size) override;
  void advise(uintptr_t, size_t, Advice) override {}
  void name(uintptr_t, size_t, const char *) override {}
  void collapse(uintptr_t, size_t) override {}
  llvm::ErrorOr<SharedMemory> createShared(size_t, const char *) override;
  void closeShared(const SharedMemory &) override {}
  std::error_code mapShared(uintptr_t, size_t, Access, const SharedMemory &,
                            size_t, Sharing) override;
  std::error_code overwrite(uintptr_t, const void *, size_t) override;
  bool mayHaveCopies(uintptr_t, size_t) override { return false; }
  std::error_code unmap(uintptr_t, size_t) override;
  std::error_code discardShared(uintptr_t, size_t, const SharedMemory &,
                                size_t) override;

private:
  const std::unique_ptr<RemoteConnection> Executor;
  std::atomic<uint64_t> Synchronizations{0};
  std::atomic<size_t> Runs{0}, MappedBytes{0};
  std::mutex FreedLock;
  std::vector<llvm::orc::ExecutorAddrRange> FreedCode;
};

} // namespace jitslab

#endif // JITSLAB_REMOTE_REMOTEMEMORY_H
