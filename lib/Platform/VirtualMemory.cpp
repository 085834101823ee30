//===- VirtualMemory.cpp - The seam to the operating system ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VirtualMemory.h"
#include "AddressSpace.h"
#include "Postponed.h"
#include "ProcessWide.h"
#include "ResourceLimits.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

// Linux 4.16 (uapi/linux/membarrier.h); older headers lack the names.
constexpr int MembarrierSyncCore = 1 << 5;
constexpr int MembarrierRegisterSyncCore = 1 << 6;

// A random position leaves the low addresses to those who need them, and keeps
// away from what may grow: the heap upwards, stacks downwards.
constexpr uintptr_t LowestForRandom = uintptr_t(4) << 30;
constexpr size_t GrowthRoom = size_t(1) << 30;

constexpr int ReservationFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

std::error_code lastError() {
  return std::error_code(errno, std::generic_category());
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
    return mprotect(pointer(Start), Size, protectionBits(A))
               ? lastError()
               : std::error_code();
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
    return mmap(pointer(Start), Size, protectionBits(A), Flags, M.Descriptor,
                off_t(Offset)) == MAP_FAILED
               ? lastError()
               : std::error_code();
  }

  std::error_code unmap(uintptr_t Start, size_t Size) override {
    return mmap(pointer(Start), Size, PROT_NONE, ReservationFlags | MAP_FIXED,
                -1, 0) == MAP_FAILED
               ? lastError()
               : std::error_code();
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

  // EPERM: the process has not said yet that it will do so. Its children need
  // not, and saying it again does no harm.
  void synchronizeThreads() override {
    if (membarrier(MembarrierSyncCore) && errno == EPERM &&
        membarrier(MembarrierRegisterSyncCore) == 0)
      (void)membarrier(MembarrierSyncCore);
  }

private:
  static long membarrier(int Command) {
    return syscall(SYS_membarrier, Command, 0, 0);
  }

  static std::error_code checkDescriptor(const SharedMemory &M) {
    struct stat Status;
    if (fstat(M.Descriptor, &Status))
      return lastError();
    if (Status.st_dev != M.Device || Status.st_ino != M.Inode)
      return std::error_code(EBADF, std::generic_category());
    return {};
  }

  // \returns false when it is not known whose descriptor it is.
  static bool closeIfOurs(const SharedMemory &M) {
    std::error_code EC = checkDescriptor(M);
    if (!EC)
      close(M.Descriptor);
    return !EC || EC == std::errc::bad_file_descriptor;
  }

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

  // Each position has the same chance. Fails where no gap is large enough,
  // where the mappings cannot be read, and where others than the kernel decide.
  ErrorOr<uintptr_t> reserveAtRandom(const ReservationRequest &R) {
    // Other threads may map into the gap at the same time, but not for ever.
    for (int Try = 0; Try != 16; ++Try) {
      SmallVector<AddressRange, 0> Positions;
      uint64_t Choices = 0;
      for (AddressRange Gap : freeAddressRanges(LowestForRandom, UINTPTR_MAX)) {
        if (Gap.size() < 2 * GrowthRoom)
          continue;
        Gap.Begin += GrowthRoom;
        Gap.End -= GrowthRoom;
        uintptr_t First = alignTo(Gap.Begin + R.Guard, R.Align);
        if (First > Gap.End || Gap.End - First < R.Size + R.Guard)
          continue;
        uintptr_t Last = alignDown(Gap.End - R.Guard - R.Size, R.Align);
        Positions.push_back({First, Last + R.Align});
        Choices += (Last - First) / R.Align + 1;
      }
      uint64_t Chosen;
      if (!Choices || getentropy(&Chosen, sizeof(Chosen)))
        break;
      Chosen %= Choices;
      for (AddressRange P : Positions) {
        if (Chosen >= P.size() / R.Align) {
          Chosen -= P.size() / R.Align;
          continue;
        }
        if (mapReservation(P.Begin + Chosen * R.Align, R))
          return P.Begin + Chosen * R.Align;
        break;
      }
    }
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

  static bool crossesBorder(uintptr_t Start, const ReservationRequest &R) {
    return R.Border && alignTo(Start, R.Border) < Start + R.Size;
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

  // The positions in Gap that keep clear of the border, on each side of it.
  static SmallVector<AddressRange, 4> parts(AddressRange Gap, size_t Border,
                                            size_t Align) {
    SmallVector<AddressRange, 4> Result;
    while (Border && alignTo(Gap.Begin, Border) < Gap.End) {
      uintptr_t At = alignTo(Gap.Begin, Border);
      Result.push_back({Gap.Begin, At});
      Gap.Begin = At + Align;
    }
    if (Gap.Begin < Gap.End)
      Result.push_back(Gap);
    return Result;
  }

  // Takes the free gap whose aligned position lies nearest to the middle of
  // [Low, High). Another thread may map into the gap at the same time: then the
  // next best one is tried.
  ErrorOr<uintptr_t> reserveBetween(const ReservationRequest &R) {
    uintptr_t Middle = R.Low + (R.High - R.Low) / 2;
    uintptr_t Ideal = alignDown(Middle - R.Size / 2, R.Align);
    SmallVector<uintptr_t, 16> Candidates;
    for (AddressRange Gap : freeAddressRanges(R.Low, R.High)) {
      if (Gap.size() < R.Size + 2 * R.Guard)
        continue;
      // Guards may lie across a border.
      AddressRange Usable{Gap.Begin + R.Guard, Gap.End - R.Guard};
      for (AddressRange Part : parts(Usable, R.Border, R.Align)) {
        uintptr_t First = alignTo(Part.Begin, R.Align);
        if (First < Part.End && Part.End - First >= R.Size)
          Candidates.push_back(
              std::clamp(Ideal, First, alignDown(Part.End - R.Size, R.Align)));
      }
    }
    auto DistanceToMiddle = [&](uintptr_t Start) {
      uintptr_t Centre = Start + R.Size / 2;
      return Centre > Middle ? Centre - Middle : Middle - Centre;
    };
    sort(Candidates, [&](uintptr_t A, uintptr_t B) {
      return DistanceToMiddle(A) < DistanceToMiddle(B);
    });
    for (uintptr_t Start : Candidates)
      if (mapReservation(Start, R))
        return Start;
    return std::make_error_code(std::errc::address_not_available);
  }

  const size_t PageSize = sysconf(_SC_PAGESIZE);
  Postponed<AddressRange> NotUnmapped;
  Postponed<SharedMemory> NotClosed;
};

} // namespace

VirtualMemory &VirtualMemory::system() { return processWide<SystemMemory>(); }

} // namespace jitslab
