//===- VirtualMemory.h - The seam to the operating system -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Everything that jitslab asks of the operating system's memory management
/// goes through this interface. Hosts use VirtualMemory::system(); tests put a
/// double in its place that counts calls and makes the n-th one fail.
///
/// All addresses and sizes are in bytes. Except where a function says
/// otherwise, they have to be multiples of pageSize(). A function that fails
/// returns the system's errno and leaves everything as it was.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_VIRTUALMEMORY_H
#define JITSLAB_PLATFORM_VIRTUALMEMORY_H

#include "llvm/Support/ErrorOr.h"
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace jitslab {

/// What a page may be used for. There is no value for "writable and
/// executable": such a page cannot be asked for.
enum class Access : uint8_t { None, ReadOnly, ReadWrite, ReadExecute };

/// How pages are used.
enum class Advice : uint8_t {
  /// Whole huge pages are written, so that they are worth having.
  HugePages,
  /// They are not, also where the system gives them to everybody.
  SmallPages,
  /// Core files have these pages...
  Dump,
  /// ...or have not: nothing is there, or it is in another mapping too. So it
  /// is with what is reserved and what is unmapped.
  NoDump
};

/// How a reservation has to lie.
struct ReservationRequest {
  /// Usable bytes, a multiple of the page size.
  size_t Size = 0;
  /// Alignment of the usable part: a power of two, at least the page size.
  size_t Align = 0;
  /// Bytes before and after the usable part that stay inaccessible for ever.
  size_t Guard = 0;
  /// The usable part has to lie in [Low, High); both 0: anywhere. The position
  /// that is nearest to the middle of the two is preferred.
  uintptr_t Low = 0, High = 0;
  /// Only with Low and High: positions from this address on come first, and
  /// what is mapped there may grow downwards, for which room is left. It is
  /// where the libraries end: the kernel deals out addresses below them
  /// (mmap_base), and keeps those above for the stack. 0: there is none.
  uintptr_t StacksAbove = 0;
  /// The usable part contains no multiple of it; 0: it may. A power of two, a
  /// multiple of Align and more than Size. Anywhere this is given up where the
  /// address space has no room for twice the size.
  size_t Border = 0;
  /// Anywhere, at a position that nobody can tell from another mapping's: drawn
  /// from all free addresses with the system's random numbers. Not together
  /// with Low and High. Where another authority than the kernel deals out
  /// addresses (ThreadSanitizer does), the position is that one's choice.
  bool Unpredictable = false;
};

/// Memory that can be mapped more than once. A handle without an owner; it is
/// valid until VirtualMemory::closeShared.
struct SharedMemory {
  int Descriptor = -1;
  /// Which file the descriptor was opened for: a host may close descriptors
  /// that it does not know, and get the same number for another file.
  uint64_t Device = 0, Inode = 0;
};

/// How shared memory is mapped: writes are seen through every mapping of it, or
/// through this one only.
enum class Sharing : uint8_t { Shared, CopyOnWrite };

/// Thread-safe: every function may be called from several threads at once, as
/// long as they name different pages.
class VirtualMemory {
public:
  virtual ~VirtualMemory();

  /// The process's own memory. Lives as long as the process.
  static VirtualMemory &system();

  /// The size of a page in bytes, as the running kernel has it.
  virtual size_t pageSize() const = 0;

  /// How many mappings the process may have (vm.max_map_count).
  virtual size_t mostMappings() const = 0;

  /// Reserves address space without access rights; no memory is charged for it.
  /// \returns the start of the usable part. Fails with ENOMEM when there is no
  /// room (or RLIMIT_AS is reached), with EADDRNOTAVAIL when there is none in
  /// [Low, High).
  virtual llvm::ErrorOr<uintptr_t> reserve(const ReservationRequest &R) = 0;

  /// Ends a reservation made with the same Size and Guard. What the system
  /// refuses to unmap (it may be at vm.max_map_count) is not the caller's any
  /// more either: later calls of reserve and release offer it again.
  virtual std::error_code release(uintptr_t Start, size_t Size,
                                  size_t Guard) = 0;

  /// Changes the access rights of pages of a reservation. A failure can leave
  /// the front part of the range changed (that is what mprotect promises).
  virtual std::error_code protect(uintptr_t Start, size_t Size, Access A) = 0;

  /// Backs writable pages with memory now instead of at the first touch. Only
  /// an optimisation: it may do nothing, and a failure is not an error.
  virtual void populate(uintptr_t Start, size_t Size) = 0;

  /// Drops the contents of pages and gives their memory back; the addresses
  /// stay reserved with the access rights that they had. Fails with EINVAL
  /// where the process has locked them (mlockall) and the kernel is older
  /// than 5.18.
  virtual std::error_code discard(uintptr_t Start, size_t Size) = 0;

  /// Says how pages are used, see Advice. Like populate it may do nothing.
  virtual void advise(uintptr_t Start, size_t Size, Advice A) = 0;

  /// Names private pages for whoever reads /proc/PID/maps, "[anon:NAME]": \p
  /// Name has at most 79 printable characters, none of them \`$[]; null: none.
  /// May do nothing, like populate (Linux 5.17 with CONFIG_ANON_VMA_NAME).
  /// Mappings of different names are not merged.
  virtual void name(uintptr_t Start, size_t Size, const char *Name) = 0;

  /// Replaces the pages that are there by huge pages now, in every mapping of
  /// them. Only an optimisation, like populate.
  virtual void collapse(uintptr_t Start, size_t Size) = 0;

  /// Creates \p Size bytes of memory that can be mapped several times, code
  /// included. They are zero and charged when touched; their number can never
  /// change, and a program that this process executes does not inherit them.
  /// They are "/memfd:NAME (deleted)" in /proc/PID/maps.
  virtual llvm::ErrorOr<SharedMemory> createShared(size_t Size,
                                                   const char *Name) = 0;

  /// Ends the use of \p M. Mappings of it stay. Where the system does not say
  /// whether the descriptor is still that of \p M, later calls of reserve and
  /// release ask again.
  virtual void closeShared(const SharedMemory &M) = 0;

  /// Maps \p Size bytes of \p M from \p Offset on at \p Start, over pages of a
  /// reservation. Fails with EBADF when the descriptor is not that of \p M any
  /// more. Async-signal-safe.
  virtual std::error_code mapShared(uintptr_t Start, size_t Size, Access A,
                                    const SharedMemory &M, size_t Offset,
                                    Sharing S) = 0;

  /// Writes \p Size bytes to where this process may only read, as a debugger
  /// does (/proc/self/mem). What is mapped copy-on-write becomes a copy, page
  /// by page. Any address and size; a failure can leave the front part written.
  virtual std::error_code overwrite(uintptr_t Start, const void *From,
                                    size_t Size) = 0;

  /// \returns false when no page of what is mapped copy-on-write is a copy, so
  /// far; true where the system does not say. Takes as long as a few system
  /// calls, and brings no page in.
  virtual bool mayHaveCopies(uintptr_t Start, size_t Size) = 0;

  /// Makes pages of a reservation what they were in the beginning: without
  /// access rights and without memory. What they shared with other mappings
  /// stays there.
  virtual std::error_code unmap(uintptr_t Start, size_t Size) = 0;

  /// Drops the contents of \p Size bytes of \p M from \p Offset on, in all
  /// mappings, and gives the memory back, locked or not. It has to be mapped
  /// shared and writable at \p Start.
  virtual std::error_code discardShared(uintptr_t Start, size_t Size,
                                        const SharedMemory &M,
                                        size_t Offset) = 0;

  /// Lets no other thread of the process go on with instructions that it has
  /// fetched before the call. Returns at once where there are no other threads.
  /// Does nothing where the system does not offer it (membarrier with
  /// PRIVATE_EXPEDITED_SYNC_CORE, Linux 4.16) or a seccomp filter forbids it.
  virtual void synchronizeThreads() = 0;
};

} // namespace jitslab

#endif // JITSLAB_PLATFORM_VIRTUALMEMORY_H
