//===- VirtualMemory.cpp - The seam to the operating system ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VirtualMemory.h"
#include "CodeMemory.h"
#include "Descriptors.h"
#include "Postponed.h"
#include "ProcessWide.h"
#include "ReservationPlaces.h"
#include "ResourceLimits.h"
#include "llvm/Support/MathExtras.h"
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

VirtualMemory::~VirtualMemory() = default;

namespace {

// Linux 5.14 (uapi/asm-generic/mman-common.h); older C libraries lack the name.
constexpr int MadvPopulateWrite = 23;
// Linux 5.18, likewise: MADV_DONTNEED that does not refuse locked pages.
constexpr int MadvDontNeedLocked = 24;
// Linux 6.1, likewise.
constexpr int MadvCollapse = 25;
// Linux 6.3 (uapi/linux/memfd.h). Without it vm.memfd_noexec decides; kernels
// that do not know it refuse it with EINVAL, and allow execution.
constexpr unsigned MfdExec = 0x10;
// Linux 4.17. Older kernels take the address as a hint, which the caller checks
// for by comparing it with the result.
constexpr int MapFixedNoReplace = 0x100000;

constexpr int ReservationFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

std::error_code lastError() {
  return std::error_code(errno, std::generic_category());
}

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

void *pointer(uintptr_t Address) { return reinterpret_cast<void *>(Address); }

class SystemMemory final : public VirtualMemory {
public:
  size_t pageSize() const override { return PageSize; }

  ErrorOr<uintptr_t> reserve(const ReservationRequest &R) override {
    retryPostponed();
    if (R.Unpredictable)
      if (ErrorOr<uintptr_t> Start = reserveAtRandom(R))
        return Start;
    return R.High ? reserveBetween(R) : reserveAnywhere(R);
  }

  std::error_code release(uintptr_t Start, size_t Size, size_t Guard) override {
    std::error_code EC =
        unmapWhole({Start - Guard, Start - Guard + Size + 2 * Guard});
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

  void adviseHugePages(uintptr_t Start, size_t Size) override {
    madvise(pointer(Start), Size, MADV_HUGEPAGE);
  }

  void collapse(uintptr_t Start, size_t Size) override {
    madvise(pointer(Start), Size, MadvCollapse);
  }

  ErrorOr<SharedMemory> createShared(size_t Size) override {
    constexpr unsigned Flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    // ftruncate would send SIGXFSZ.
    rlimit Limit;
    if (getrlimit(RLIMIT_FSIZE, &Limit) == 0 && Limit.rlim_cur < Size)
      return std::error_code(EFBIG, std::generic_category());
    SharedMemory M;
    M.Descriptor = memfd_create("jitslab", Flags | MfdExec);
    if (M.Descriptor < 0 && errno == EINVAL)
      M.Descriptor = memfd_create("jitslab", Flags);
    if (M.Descriptor < 0)
      return lastError();
    struct stat Status;
    if (ftruncate(M.Descriptor, off_t(Size)) ||
        fcntl(M.Descriptor, F_ADD_SEALS,
              F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) ||
        fstat(M.Descriptor, &Status)) {
      std::error_code EC = lastError();
      close(M.Descriptor);
      return EC;
    }
    M.Device = Status.st_dev;
    M.Inode = Status.st_ino;
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

  std::error_code unmap(uintptr_t Start, size_t Size) override {
    return errorIf(mmap(pointer(Start), Size, PROT_NONE,
                        ReservationFlags | MAP_FIXED, -1, 0) == MAP_FAILED);
  }

  // By the address first, which needs no descriptor: the host may have closed
  // it. Locked pages are not given back that way.
  std::error_code discardShared(uintptr_t Start, size_t Size,
                                const SharedMemory &M, size_t Offset) override {
    if (madvise(pointer(Start), Size, MADV_REMOVE) == 0)
      return {};
    std::error_code EC = lastError();
    bool WholePages = (Start | Size | Offset) % PageSize == 0;
    if (EC == std::errc::invalid_argument && WholePages &&
        !checkDescriptor(M) &&
        fallocate(M.Descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                  off_t(Offset), off_t(Size)) == 0)
      return {};
    return EC;
  }

  void synchronizeThreads() override { jitslab::synchronizeThreads(); }

private:
  // Shared memory is charged when it is touched, and where the commit limit is
  // reached by then, that is SIGBUS. Where there is such a limit, all of it is
  // backed at once instead, which can be refused.
  static std::error_code chargeIfStrict(const SharedMemory &M, size_t Offset,
                                        size_t Size) {
    if (!isOvercommitStrict() ||
        fallocate(M.Descriptor, 0, off_t(Offset), off_t(Size)) == 0)
      return {};
    // ENOSPC is meant for files, and is what this limit is called here.
    if (errno == ENOSPC)
      return std::make_error_code(std::errc::not_enough_memory);
    return lastError();
  }

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
    for (uintptr_t Start : placesBetween(R))
      if (mapReservation(Start, R))
        return Start;
    return std::make_error_code(std::errc::address_not_available);
  }

  // \returns false when something is there already.
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
  Postponed<AddressRange> NotUnmapped;
  Postponed<SharedMemory> NotClosed;
};

} // namespace

VirtualMemory &VirtualMemory::system() { return processWide<SystemMemory>(); }

} // namespace jitslab
