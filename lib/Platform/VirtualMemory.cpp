//===- VirtualMemory.cpp - The seam to the operating system ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VirtualMemory.h"
#include "CodeMemory.h"
#include "CopiedPages.h"
#include "Descriptors.h"
#include "MappingFlags.h"
#include "MappingNames.h"
#include "Postponed.h"
#include "ProcessWide.h"
#include "ReservationPlaces.h"
#include "ResourceLimits.h"
#include "SharedFile.h"
#include "llvm/Support/MathExtras.h"
#include <atomic>
#include <cerrno>
#include <sys/mman.h>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

VirtualMemory::~VirtualMemory() = default;

namespace {

constexpr int ReservationFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

std::error_code errorIf(bool Failed) {
  return Failed ? lastError() : std::error_code();
}

int protectionBits(Access A) {
  switch (A) {
  case Access::None:
    return PROT_NONE;
  case Access::ReadOnly:
    return PROT_READ;
  case Access::ReadWrite:
    return PROT_READ | PROT_WRITE;
  case Access::ReadExecute:
    return PROT_READ | PROT_EXEC;
  }
  return PROT_NONE;
}

int adviceNumber(Advice A) {
  switch (A) {
  case Advice::HugePages:
    return MADV_HUGEPAGE;
  case Advice::SmallPages:
    return MADV_NOHUGEPAGE;
  case Advice::Dump:
    return MADV_DODUMP;
  case Advice::NoDump:
    return MADV_DONTDUMP;
  }
  return MADV_NORMAL;
}

void *pointer(uintptr_t Address) { return reinterpret_cast<void *>(Address); }

class SystemMemory final : public VirtualMemory {
public:
  size_t pageSize() const override { return PageSize; }
  size_t mostMappings() const override { return mappingLimit(); }

  ErrorOr<uintptr_t> reserve(const ReservationRequest &R) override {
    retryPostponed();
    ErrorOr<uintptr_t> Start = find(R);
    if (Start)
      advise(*Start - R.Guard, R.Size + 2 * R.Guard, Advice::NoDump);
    return Start;
  }

  std::error_code release(uintptr_t Start, size_t Size, size_t Guard) override {
    std::error_code EC = unmapWhole({Start - Guard, Start + Size + Guard});
    // Now that there is one mapping less.
    if (!EC)
      retryPostponed();
    return EC;
  }

  std::error_code protect(uintptr_t Start, size_t Size, Access A) override {
    return errorIf(mprotect(pointer(Start), Size, protectionBits(A)));
  }

  void populate(uintptr_t Start, size_t Size) override {
    madvise(pointer(Start), Size, MadvPopulateWrite);
  }

  std::error_code discard(uintptr_t Start, size_t Size) override {
    if (madvise(pointer(Start), Size, MADV_DONTNEED) == 0)
      return {};
    std::error_code EC = lastError();
    if (EC == std::errc::invalid_argument &&
        madvise(pointer(Start), Size, MadvDontNeedLocked) == 0)
      return {};
    return EC;
  }

  void advise(uintptr_t Start, size_t Size, Advice A) override {
    madvise(pointer(Start), Size, adviceNumber(A));
  }

  void name(uintptr_t Start, size_t Size, const char *Name) override {
    nameMapping(Start, Size, Name);
  }

  void collapse(uintptr_t Start, size_t Size) override {
    madvise(pointer(Start), Size, MadvCollapse);
  }

  ErrorOr<SharedMemory> createShared(size_t Size, const char *Name) override {
    ErrorOr<SharedMemory> M = createSharedFile(Size, Name);
    if (M && Removing == Removal::Untried)
      Removing =
          removesWhatIsMapped(*M, PageSize) ? Removal::Works : Removal::Lies;
    return M;
  }

  void closeShared(const SharedMemory &M) override {
    if (!closeIfOurs(M))
      NotClosed.add(M);
  }

  std::error_code mapShared(uintptr_t Start, size_t Size, Access A,
                            const SharedMemory &M, size_t Offset,
                            Sharing S) override {
    if (std::error_code EC = checkDescriptor(M))
      return EC;
    if (A == Access::ReadWrite && S == Sharing::Shared)
      if (std::error_code EC = chargeIfStrict(M, Offset, Size))
        return EC;
    int Flags = MAP_FIXED | (S == Sharing::Shared ? MAP_SHARED : MAP_PRIVATE);
    return errorIf(mmap(pointer(Start), Size, protectionBits(A), Flags,
                        M.Descriptor, off_t(Offset)) == MAP_FAILED);
  }

  std::error_code overwrite(uintptr_t Start, const void *From,
                            size_t Size) override {
    return overwriteMemory(Start, From, Size);
  }

  bool mayHaveCopies(uintptr_t Start, size_t Size) override {
    return jitslab::mayHaveCopies(Start, Size, PageSize);
  }

  std::error_code unmap(uintptr_t Start, size_t Size) override {
    if (mmap(pointer(Start), Size, PROT_NONE, ReservationFlags | MAP_FIXED, -1,
             0) == MAP_FAILED)
      return lastError();
    advise(Start, Size, Advice::NoDump);
    return {};
  }

  // By the address first, which needs no descriptor: the host may have closed
  // it. Locked pages are not given back that way (EINVAL), and some systems
  // lack it (gVisor: ENOSYS). What is not mapped shared and writable (EACCES)
  // is not touched.
  std::error_code discardShared(uintptr_t Start, size_t Size,
                                const SharedMemory &M, size_t Offset) override {
    if (Removing != Removal::Lies) {
      if (madvise(pointer(Start), Size, MADV_REMOVE) == 0)
        return {};
      if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP &&
          errno != EPERM)
        return lastError();
    }
    return punchHole(M, Offset, Size);
  }

  void synchronizeThreads() override { jitslab::synchronizeThreads(); }

private:
  // What the system refuses to unmap gives back its memory at least.
  std::error_code unmapWhole(AddressRange R) {
    if (munmap(pointer(R.Begin), R.size()) == 0)
      return {};
    std::error_code EC = lastError();
    (void)discard(R.Begin, R.size());
    NotUnmapped.add(R);
    return EC;
  }

  void retryPostponed() {
    NotUnmapped.retry(
        [](AddressRange R) { return munmap(pointer(R.Begin), R.size()) == 0; });
    NotClosed.retry(closeIfOurs);
  }

  ErrorOr<uintptr_t> find(const ReservationRequest &R) {
    if (R.Unpredictable)
      if (ErrorOr<uintptr_t> Start = reserveAtRandom(R))
        return Start;
    return R.High ? reserveBetween(R) : reserveAnywhere(R);
  }

  // Fails where there is no such place, and where others than the kernel
  // decide.
  ErrorOr<uintptr_t> reserveAtRandom(const ReservationRequest &R) {
    // Other threads may map into the gap at the same time, but not for ever.
    for (int Try = 0; Try != 16; ++Try) {
      std::optional<uintptr_t> Start = randomPlace(R);
      if (!Start)
        break;
      if (mapReservation(*Start, R))
        return *Start;
    }
    return std::make_error_code(std::errc::address_not_available);
  }

  // Another thread may map into the gap at the same time: then the next best
  // place is tried.
  ErrorOr<uintptr_t> reserveBetween(const ReservationRequest &R) {
    auto EC = std::make_error_code(std::errc::address_not_available);
    for (uintptr_t Start : placesBetween(R)) {
      if (mapReservation(Start, R))
        return Start;
      // It is no other place that is lacking.
      if (errno == ENOMEM || errno == EAGAIN)
        EC = lastError();
    }
    return EC;
  }

  // \returns false when something is there already, and the reason in errno.
  bool mapReservation(uintptr_t Start, const ReservationRequest &R) {
    size_t Whole = R.Size + 2 * R.Guard;
    void *Wanted = pointer(Start - R.Guard);
    void *Mapped = mmap(Wanted, Whole, PROT_NONE,
                        ReservationFlags | MapFixedNoReplace, -1, 0);
    if (Mapped == Wanted)
      return true;
    if (Mapped != MAP_FAILED) {
      auto Begin = reinterpret_cast<uintptr_t>(Mapped);
      (void)unmapWhole({Begin, Begin + Whole});
      errno = EEXIST;
    }
    return false;
  }

  // Beside a border there is room in twice the size.
  ErrorOr<uintptr_t> reserveAnywhere(const ReservationRequest &R) {
    ErrorOr<uintptr_t> Start = reserveIn(R, R.Align - PageSize);
    if (!Start || !crossesBorder(*Start, R))
      return Start;
    (void)unmapWhole({*Start - R.Guard, *Start + R.Size + R.Guard});
    ErrorOr<uintptr_t> Other = reserveIn(R, R.Size + 2 * R.Align);
    return Other ? Other : reserveIn(R, R.Align - PageSize);
  }

  // mmap aligns to pages only: reserve Slack bytes more, then cut off what lies
  // before and after the block that is aligned and, if Slack will do for it,
  // beside the border.
  ErrorOr<uintptr_t> reserveIn(const ReservationRequest &R, size_t Slack) {
    size_t Whole = R.Size + 2 * R.Guard;
    if (Whole < R.Size || Whole + Slack < Whole)
      return std::make_error_code(std::errc::not_enough_memory);
    void *Mapped =
        mmap(nullptr, Whole + Slack, PROT_NONE, ReservationFlags, -1, 0);
    if (Mapped == MAP_FAILED)
      return lastError();
    auto Begin = reinterpret_cast<uintptr_t>(Mapped);
    uintptr_t End = Begin + Whole + Slack;
    uintptr_t Start = alignTo(Begin + R.Guard, R.Align);
    if (crossesBorder(Start, R)) {
      uintptr_t Behind = alignTo(Start, R.Border) + R.Align;
      if (Behind + R.Size + R.Guard <= End)
        Start = Behind;
    }
    uintptr_t BlockBegin = Start - R.Guard, BlockEnd = Start + R.Size + R.Guard;
    if (BlockBegin != Begin)
      (void)unmapWhole({Begin, BlockBegin});
    if (BlockEnd != End)
      (void)unmapWhole({BlockEnd, End});
    return Start;
  }

  const size_t PageSize = sysconf(_SC_PAGESIZE);
  /// Whether MADV_REMOVE does what it says. No lock is held while it is tried:
  /// a fork would leave it to the child.
  enum class Removal : uint8_t { Untried, Works, Lies };
  std::atomic<Removal> Removing = Removal::Untried;
  Postponed<AddressRange> NotUnmapped;
  Postponed<SharedMemory> NotClosed;
};

} // namespace

VirtualMemory &VirtualMemory::system() { return processWide<SystemMemory>(); }

} // namespace jitslab
