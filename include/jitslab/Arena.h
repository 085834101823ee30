//===- Arena.h - Contiguous JIT memory --------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The arena: memory for JIT'd objects in windows of contiguous address space,
/// so that no relocation between two bytes of a window can overflow.
/// All sizes are in bytes.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_ARENA_H
#define JITSLAB_ARENA_H

#include "jitslab/ABI.h"
#include "jitslab/Allocation.h"
#include "jitslab/ArenaStats.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace jitslab {

class ArenaAccess;
struct ArenaSnapshot;

/// The unit in which a window gives memory to its users and back to the system:
/// the size of a huge page on x86-64 (Intel SDM vol. 3A, 4.5: a PDE maps 2 MiB)
/// and on AArch64 with 4 KiB pages (Arm ARM D8.2: a level 2 block).
inline constexpr size_t SlabSize = size_t(2) << 20;

/// The largest window. The tightest relocations between sections have a signed
/// 32-bit displacement: R_X86_64_PC32 (System V ABI, AMD64 supplement, 4.4) and
/// the Delta32 of .eh_frame. One slab less than 2 GiB leaves room for addends.
/// AArch64's ADRP spans twice as much (ELF for AArch64, 5.7.5).
inline constexpr size_t MaxWindowSize = (size_t(2) << 30) - SlabSize;

/// The smallest window, and where halving a refused default stops: each kind of
/// segment can have a slab of its own, and one is left for growing.
inline constexpr size_t MinWindowSize = 4 * SlabSize;

/// WindowSize = 0 asks for this much where a window cannot lie near the
/// process's libraries, or is to be the only one: as many objects as possible
/// reach each other, and address space costs nothing.
inline constexpr size_t DefaultWindowSize = MaxWindowSize;

/// The same where ArenaOptions::Near is set: a window that is as large as the
/// reach could not lie within reach of anything.
inline constexpr size_t DefaultNearWindowSize = size_t(1) << 30;

/// How objects lie in a window and how W^X is kept. See docs/design.md.
enum class Layout {
  /// Code, read-only data and data of an object, or of objects that are
  /// finalized together, in one contiguous block of pages; sealed by changing
  /// the access rights of its pages. A block adds two mappings to the process.
  /// When those of all arenas reach a quarter of vm.max_map_count, further
  /// objects are placed as in PerProtection, in the same windows, until blocks
  /// are freed: ArenaStats::LanedObjects says how many.
  PerObject,
  /// Objects' code side by side, likewise read-only data and data: the number
  /// of mappings does not grow with the number of objects.
  PerProtection,
  /// As PerProtection, packed at 64 bytes; written through a second mapping.
  Dense
};

struct ArenaOptions {
  Layout ObjectLayout = Layout::PerObject;

  /// Address space of a window: a multiple of SlabSize from MinWindowSize to
  /// MaxWindowSize. 0: near the process's libraries, see Near, a quarter of
  /// what is free there; elsewhere DefaultWindowSize, or DefaultNearWindowSize
  /// with Near. Or as much less as leaves the host fifteen sixteenths of what a
  /// limit (RLIMIT_AS) has left, halved down to MinWindowSize as often as the
  /// system refuses it. An object that needs more gets a window that is large
  /// enough.
  size_t WindowSize = 0;

  /// True: when a window is full, a further one is added; an object never
  /// straddles two. False: strict reach. There is one window, all of whose
  /// objects reach each other, and a full one is an error.
  bool Grow = true;

  /// Windows are placed so that each of their bytes is within reach (less than
  /// 2 GiB) of this address, where the address space allows; elsewhere
  /// otherwise: ArenaStats::WindowsNear says how many succeeded. 0: where
  /// WindowSize is 0 and the arena may grow, they are placed so near the
  /// process's shared libraries, as they lie when the arena is made, that code
  /// may refer to the libraries' data by distance (GCC's -fpie does); otherwise
  /// anywhere.
  uintptr_t Near = 0;

  /// Ask for transparent huge pages: whole slabs are advised, and in Dense made
  /// huge pages when they are full. Only an optimisation.
  bool HugePages = false;

  /// EH frames of what is loaded are registered with the process's unwinder, so
  /// that C++ exceptions, backtrace() and the like pass through it. False: not
  /// at all; a C++ exception that reaches the code then ends the process
  /// (std::terminate), unless the host sees to it.
  bool RegisterFrames = true;

  /// An address that all windows lie wholly below, first and further ones, so
  /// that absolute addresses of few bits can name all that is in them: 2 GiB
  /// for code that GCC and Clang compile without position independence for
  /// x86-64 (R_X86_64_32S is signed). Where there is no room it is an error, of
  /// create or of what needs a further window. Near has to lie below it and is
  /// still only a preference. WindowSize = 0 takes a quarter of what is free
  /// below it, or half if the arena may not grow. 0: no bound.
  uintptr_t Below = 0;
};

/// An arena asked for more than its windows hold, even after it gave empty
/// slabs to whoever needs them (see Arena::trim). Freeing objects helps, unless
/// the object is larger than any window.
class JITSLAB_ABI ArenaFullError : public llvm::ErrorInfo<ArenaFullError> {
public:
  static char ID;

  explicit ArenaFullError(std::string Message) : Message(std::move(Message)) {}
  void log(llvm::raw_ostream &OS) const override;
  std::error_code convertToErrorCode() const override;

private:
  std::string Message;
};

/// Where the heap is used up, what changes an arena ends the process in LLVM's
/// way (llvm::report_bad_alloc_error); std::bad_alloc passes through create,
/// stats, snapshot and verify, which change nothing then.
///
/// Thread-safe: every function may be called from any thread at any time, and
/// arenas may be shared by any number of memory managers. Functions wait while
/// another thread forks; ForkHandlers.h says what fork handlers may do.
class JITSLAB_ABI Arena {
public:
  /// Makes an arena and reserves its first window.
  /// Fails with invalid_argument for options out of range, with the system's
  /// errno when the reservation is refused or forks cannot be told of
  /// (ForkHandlers.h). A failure leaves nothing behind.
  static llvm::Expected<std::shared_ptr<Arena>> create(ArenaOptions = {});

  /// Every allocation must have been released.
  ~Arena();
  Arena(const Arena &) = delete;
  Arena &operator=(const Arena &) = delete;

  /// The options in force: WindowSize is what was really reserved.
  const ArenaOptions &options() const;

  ArenaStats stats() const;

  /// Which slabs of which windows hold what, as of one moment
  /// (ArenaSnapshot.h). Takes time proportional to the number of slabs.
  ArenaSnapshot snapshot() const;

  /// Gives slabs that hold nothing live back to the system, and windows that
  /// hold nothing at all; one window stays. What is left of a full arena is
  /// trimmed by allocate itself, before it adds a window or fails.
  /// \returns the bytes given back.
  size_t trim();

  /// Checks the arena's structures against each other. For tests and debugging:
  /// takes time proportional to what the arena holds.
  bool verify() const;

  // What follows is for memory managers; users of the managers in this library
  // do not need it.

  /// Takes memory for an object. All of it lies in one window, so within reach
  /// of each other; and in the window of \p Sibling if there is one, as a part
  /// of the same object. Writable, not executable until seal; contents are
  /// undefined.
  /// Fails with ArenaFullError, with the system's errno when it refuses memory,
  /// or with invalid_argument for alignments that are no powers of two and for
  /// a sibling that holds no memory of this arena. A failure takes nothing.
  llvm::Expected<Allocation> allocate(const Footprint &F,
                                      const Allocation *Sibling = nullptr);

  /// Gives \p A, which is not sealed, room for \p F behind the first \p Used
  /// bytes of segment \p K, or such a segment if it has none. Nothing moves.
  /// \returns the part of the segment that has room for \p F. Null addresses,
  /// with nothing changed, where that is not possible; then allocate with \p A
  /// as the sibling may be. It is not for an alignment that is no power of two.
  Segment enlarge(Allocation &A, SegmentKind K, size_t Used,
                  const SegmentFootprint &F);

  /// True when an object should be allocated by one call that says what it
  /// needs. False when it may as well come piece by piece, because pieces lie
  /// side by side and there is room for large ones (Layout::Dense).
  bool wantsReservations() const;

  /// Gives allocations of this arena their final access rights and makes their
  /// code visible
  /// to instruction fetches. Adjacent ranges with equal rights share a call.
  /// Fails with the system's errno; segments that were not reached then stay
  /// writable and not executable, and calling again is allowed. Fails with
  /// operation_canceled in Layout::Dense when this process was forked off while
  /// the object was being linked: what was written stays with the parent. Fails
  /// with invalid_argument, with nothing changed, when one of them is empty or
  /// another arena's.
  llvm::Error seal(llvm::ArrayRef<Allocation *> Allocations);

private:
  friend class ArenaAccess;
  explicit Arena(std::unique_ptr<ArenaImpl> Impl);
  std::unique_ptr<ArenaImpl> Impl;
};

} // namespace jitslab

#endif // JITSLAB_ARENA_H
