//===- Window.h - A contiguous reservation of address space -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_WINDOW_H
#define JITSLAB_CORE_WINDOW_H

#include "../Platform/VirtualMemory.h"
#include "FreeDeleter.h"
#include "RangeMap.h"
#include "RoomIndex.h"
#include "SlabBacking.h"
#include "SlabTable.h"
#include "jitslab/Allocation.h"
#include "jitslab/Arena.h"
#include "jitslab/ArenaSnapshot.h"
#include "llvm/ADT/BitVector.h"
#include <array>
#include <memory>

namespace jitslab {

/// What Layout::Dense packs objects at: the size of a cache line on x86-64
/// (Intel SDM vol. 3A, 12.1) and on most AArch64 processors, so that objects
/// share none.
inline constexpr size_t DenseGranule = 64;

/// Why taking memory from a window failed.
enum class TakeStatus {
  Taken,
  /// The window has no room for it.
  Full,
  /// The system refused to back the memory; the errno says why.
  Refused
};

struct TakeResult {
  TakeStatus Status;
  uintptr_t Address = 0;
  std::error_code Reason = {};
};

/// One reservation, the slabs that were committed in it and what of them is
/// free. Not thread-safe: the arena's lock protects it.
class Window {
public:
  /// Reserves \p Options.WindowSize bytes, near \p Options.Near when that is
  /// not 0 and there is room.
  static llvm::Expected<std::unique_ptr<Window>>
  create(VirtualMemory &VM, const ArenaOptions &Options);
  ~Window();

  uintptr_t begin() const { return Base; }
  uintptr_t end() const { return Base + Size; }
  size_t size() const { return Size; }
  /// True when all of the window is within reach of the address asked for.
  bool isNear() const { return PlacedNear; }

  /// What memory is taken and given back in: bytes, a power of two.
  size_t granule() const { return Granule; }

  /// Takes \p Bytes (whole granules) of \p L that can be written at
  /// workingOffset(L). What was freed before is preferred; slabs are committed
  /// when that does not do, of which \p KeepFree stay untaken.
  TakeResult take(Lane L, size_t Bytes, size_t Align, size_t KeepFree);

  /// Takes exactly \p R, which has to lie where a free range begins.
  bool takeFront(Lane L, AddressRange R);

  /// Gives back what can be written.
  void give(Lane L, AddressRange R);

  /// Gives back pages whose access rights are others: take makes them writable
  /// when it needs them.
  void giveProtected(Lane L, AddressRange R);

  /// See SlabBacking.
  uintptr_t workingOffset(Lane L) const { return WorkingOffsets[size_t(L)]; }

  /// After a fork: what both processes can see is not used again by either of
  /// them, but given back to the system when nothing live is left in its slab.
  void freezeShared();
  void detachFromParent() { Backing->detachFromParent(); }

  /// Gives slabs without live pages back to the system.
  /// \returns bytes given back.
  size_t trim();

  /// Allocations keep their window, also those that own no bytes.
  void addUser() { ++Users; }
  void removeUser() { --Users; }
  bool hasUsers() const { return Users != 0; }

  /// Its place among the arena's windows, oldest first.
  size_t Number = 0;

  size_t liveBytes() const { return LiveBytes; }
  size_t committedBytes() const {
    return (Slabs.size() - Slabs.untaken()) * SlabSize;
  }
  size_t freeBytes() const;
  size_t frozenBytes() const { return FrozenBytes; }
  size_t untakenSlabs() const { return Slabs.untaken(); }
  /// What take is known to refuse for a new object in each lane, where a window
  /// keeps a slab free: it has, since something was last given back there.
  const LaneBytes &refused() const { return RefusedBytes; }
  /// The most that a single take could get, alignment aside.
  size_t largestFree(Lane L) const;

  /// Says that code in \p R was sealed and is freed now.
  void noteFreedCode(AddressRange R);
  /// False when no code was ever freed in \p R. Constant time for each slab.
  bool mayHoldFreedCode(AddressRange R) const;

  /// For layouts that care what lies next to what: the kind of segment that a
  /// page holds, if it is known.
  void setKind(AddressRange Pages, SegmentKind K);
  void clearKind(AddressRange Pages);
  bool hasKind(uintptr_t Address, SegmentKind K) const;

  WindowSnapshot snapshot() const;

  bool verify() const;

private:
  Window(VirtualMemory &VM, const ArenaOptions &Options, uintptr_t Base,
         bool PlacedNear);

  size_t slabOf(uintptr_t Address) const { return (Address - Base) / SlabSize; }
  AddressRange slabRange(size_t First, size_t Count = 1) const {
    return {Base + First * SlabSize, Base + (First + Count) * SlabSize};
  }
  std::optional<uintptr_t> takeProtected(Lane L, size_t Bytes, size_t Align,
                                         bool &Refused);
  void noteFull(Lane L, size_t Bytes, size_t Align);
  void freeSlab(size_t Slab);
  std::error_code commit(Lane L, size_t Bytes, size_t Align, size_t KeepFree,
                         bool &Full);
  void countLive(AddressRange R, bool Alive);
  template <typename Fn> void forEachSlabPart(AddressRange R, Fn Visit) const;
  void setBacking(std::unique_ptr<SlabBacking> B);
  void populateUpTo(Lane L, uintptr_t Start, size_t Bytes) {
    uintptr_t End = Start + Bytes;
    size_t Last = slabOf(End - 1);
    // All slabs that a range spans have to get their marks.
    if (End > slabRange(Last).Begin + PopulatedInSlab[Last] ||
        slabOf(Start) != Last)
      populateFurther(L, Start, End);
  }
  void populateFurther(Lane L, uintptr_t Start, uintptr_t End);
  bool decommit(size_t Slab);
  bool giveFrozen(AddressRange R);
  void abandon(size_t Slab);

  VirtualMemory &VM;
  const uintptr_t Base;
  const size_t Size;
  const bool PlacedNear;
  const size_t Granule;
  std::unique_ptr<SlabBacking> Backing;
  std::array<uintptr_t, NumLanes> WorkingOffsets{};

  SlabTable Slabs;
  /// Committed and not live: writable, or with other access rights.
  std::array<RangeMap, NumLanes> Free;
  std::array<RangeMap, NumLanes> Protected;
  /// Each lane's populated bytes so far, which say how far ahead to go.
  std::array<size_t, NumLanes> Populated{};
  LaneBytes RefusedBytes;
  size_t LiveBytes = 0;
  size_t FrozenBytes = 0;
  size_t Users = 0;
  /// For each slab: bytes in live allocations, and the end of the part that was
  /// backed with memory ahead of its use.
  llvm::SmallVector<uint32_t, 0> LiveInSlab;
  llvm::SmallVector<uint32_t, 0> PopulatedInSlab;
  /// The end of the highest code that was freed in each slab: enough to know
  /// that memory that is used for the first time has none.
  llvm::SmallVector<uint32_t, 0> FreedCodeInSlab;
  /// Slabs that another process may execute since a fork.
  llvm::BitVector Frozen;

  /// One byte for each page: 0 or 1 + the kind. From calloc, so that pages of
  /// it that are never written cost no memory.
  std::unique_ptr<uint8_t[], FreeDeleter> Kinds;
};

} // namespace jitslab

#endif // JITSLAB_CORE_WINDOW_H
