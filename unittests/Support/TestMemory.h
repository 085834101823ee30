//===- TestMemory.h - A VirtualMemory that counts and fails -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_TESTMEMORY_H
#define JITSLAB_UNITTESTS_TESTMEMORY_H

#include "Core/ArenaAccess.h"
#include <cerrno>

namespace jitslab {

/// The system's memory with a count of the calls, of which one can be made to
/// fail. Not thread-safe.
class TestMemory : public VirtualMemory {
public:
  struct Counts {
    size_t Reserve = 0, Release = 0, Protect = 0, Populate = 0, Discard = 0,
           Advise = 0, Map = 0, Unmap = 0, Overwrite = 0, Synchronize = 0;
    size_t total() const {
      return Reserve + Release + Protect + Populate + Discard + Advise + Map +
             Unmap + Overwrite + Synchronize;
    }
  };

  /// Advise: that huge pages are worth it.
  Counts Calls;
  /// Reservations that were not released.
  size_t OpenReservations = 0;
  /// Shared memory that was not closed.
  size_t OpenShared = 0;
  /// The call (1 is the next one that can fail: all but release, closeShared
  /// and those that only make things faster) that fails with FailWith; 0: none.
  size_t FailNth = 0;
  /// True: all calls after that one fail too.
  bool KeepFailing = false;
  int FailWith = ENOMEM;
  /// Largest reservation that is granted; 0: any.
  size_t ReserveLimit = 0;

  /// How many mappings there may be; 0: as many as there really may. Read when
  /// an arena is made.
  size_t MostMappings = 0;

  size_t pageSize() const override { return System.pageSize(); }
  size_t mostMappings() const override {
    return MostMappings ? MostMappings : System.mostMappings();
  }

  llvm::ErrorOr<uintptr_t> reserve(const ReservationRequest &R) override {
    ++Calls.Reserve;
    if (ReserveLimit && R.Size > ReserveLimit)
      return std::error_code(ENOMEM, std::generic_category());
    if (std::error_code EC = injected())
      return EC;
    llvm::ErrorOr<uintptr_t> Result = System.reserve(R);
    OpenReservations += bool(Result);
    return Result;
  }
  std::error_code release(uintptr_t Start, size_t Size, size_t Guard) override {
    ++Calls.Release;
    --OpenReservations;
    return System.release(Start, Size, Guard);
  }
  std::error_code protect(uintptr_t Start, size_t Size, Access A) override {
    ++Calls.Protect;
    if (std::error_code EC = injected())
      return EC;
    return System.protect(Start, Size, A);
  }
  void populate(uintptr_t Start, size_t Size) override {
    ++Calls.Populate;
    System.populate(Start, Size);
  }
  std::error_code discard(uintptr_t Start, size_t Size) override {
    ++Calls.Discard;
    if (std::error_code EC = injected())
      return EC;
    return System.discard(Start, Size);
  }
  void advise(uintptr_t Start, size_t Size, Advice A) override {
    Calls.Advise += A == Advice::HugePages;
    System.advise(Start, Size, A);
  }
  void name(uintptr_t Start, size_t Size, const char *Name) override {
    System.name(Start, Size, Name);
  }
  void collapse(uintptr_t Start, size_t Size) override {
    ++Calls.Advise;
    System.collapse(Start, Size);
  }
  llvm::ErrorOr<SharedMemory> createShared(size_t Size,
                                           const char *Name) override {
    if (std::error_code EC = injected())
      return EC;
    llvm::ErrorOr<SharedMemory> Result = System.createShared(Size, Name);
    OpenShared += bool(Result);
    return Result;
  }
  void closeShared(const SharedMemory &M) override {
    --OpenShared;
    System.closeShared(M);
  }
  std::error_code mapShared(uintptr_t Start, size_t Size, Access A,
                            const SharedMemory &M, size_t Offset,
                            Sharing S) override {
    ++Calls.Map;
    if (std::error_code EC = injected())
      return EC;
    return System.mapShared(Start, Size, A, M, Offset, S);
  }
  std::error_code overwrite(uintptr_t Start, const void *From,
                            size_t Size) override {
    ++Calls.Overwrite;
    if (std::error_code EC = injected())
      return EC;
    return System.overwrite(Start, From, Size);
  }
  bool mayHaveCopies(uintptr_t Start, size_t Size) override {
    return System.mayHaveCopies(Start, Size);
  }
  std::error_code unmap(uintptr_t Start, size_t Size) override {
    ++Calls.Unmap;
    if (std::error_code EC = injected())
      return EC;
    return System.unmap(Start, Size);
  }
  std::error_code discardShared(uintptr_t Start, size_t Size,
                                const SharedMemory &M, size_t Offset) override {
    ++Calls.Discard;
    if (std::error_code EC = injected())
      return EC;
    return System.discardShared(Start, Size, M, Offset);
  }
  void synchronizeThreads() override {
    ++Calls.Synchronize;
    System.synchronizeThreads();
  }

private:
  std::error_code injected() {
    if (FailNth == 0)
      return {};
    --FailNth;
    if (FailNth != 0)
      return {};
    FailNth = KeepFailing ? 1 : 0;
    return std::error_code(FailWith, std::generic_category());
  }

  VirtualMemory &System = VirtualMemory::system();
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_TESTMEMORY_H
