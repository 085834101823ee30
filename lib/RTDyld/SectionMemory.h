//===- SectionMemory.h - Sections of objects sealed together ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_RTDYLD_SECTIONMEMORY_H
#define JITSLAB_RTDYLD_SECTIONMEMORY_H

#include "../Platform/AddressSpace.h"
#include "jitslab/Arena.h"
#include "llvm/ADT/SmallVector.h"

namespace jitslab {

/// Cuts sections out of the memory that was reserved for their objects, and
/// takes more from the same window when a reservation was too small. One
/// instance serves all objects between two calls of finalizeMemory.
class SectionMemory {
public:
  /// Begins an object that announces \p F. The object before it gives back what
  /// it left over, or leaves it to this one where blocks are shared: both will
  /// be sealed in the same call. After a failure no section can be had until
  /// the next object begins.
  llvm::Error beginObject(Arena &A, const Footprint &F);

  /// A section of the object that was begun last. \p Size and \p Align in
  /// bytes, neither of them 0. The object begins with its first section if
  /// nothing was announced.
  /// \returns its addresses and \p Size.
  llvm::Expected<Segment> allocate(Arena &A, SegmentKind K, size_t Size,
                                   size_t Align);

  /// Lets a debugger see the current object's code (ArenaAccess::show).
  void show(Arena &A) const;

  /// Ends an object: the next section belongs to another one. What may be
  /// shared is kept for that one.
  void endObject();

  /// True when the next object need not be announced: the block that it goes on
  /// in has ample room for one like those before it.
  bool hasAmpleRoom(const Arena &A) const;

  /// Says that the current object will never be complete: seal replaces what
  /// code it has by traps.
  void abandonObject();

  /// Ends the last object and seals all of them, which were shown. May be
  /// called again after a failure.
  llvm::Error seal(Arena &A);

  /// The block that has code at \p Address: where its code is. An empty range
  /// if none has. No object's code lies between that of another in it.
  AddressRange codeAt(uintptr_t Address);

  /// The window of the current object; empty if it has no memory yet.
  AddressRange window() const;

  /// Moves the memory of all objects to \p Out.
  void moveTo(llvm::SmallVectorImpl<Allocation> &Out);

private:
  struct Block {
    Allocation Memory;
    PerSegment<size_t> Used{};
    /// How much of it belongs to objects before the current one.
    PerSegment<size_t> UsedBefore{};

    Segment allocate(SegmentKind K, size_t Size, size_t Align);
    bool hasRoomFor(const Footprint &F) const;
  };
  struct CodeRange {
    uint8_t *Start;
    size_t Size;
  };

  Footprint blockFootprint(const Arena &A, const Footprint &F) const;
  void goOnInLastBlock();
  void giveBackUnused(bool KeepLast);

  llvm::SmallVector<Block, 1> Blocks;
  /// The first block of the current object.
  size_t First = 0;
  /// How many blocks an earlier call of seal, which failed, has tried. Each of
  /// them may be sealed.
  size_t Tried = 0;
  /// Which block codeAt found last: the next one is near.
  size_t FoundLast = 0;
  /// Blocks serve several objects. The last one is the next object's, too.
  bool Shareable = false;
  /// The current object has begun, announced or not. Only where blocks are
  /// shared.
  bool Begun = false;
  /// What a single object of the batch has used at most.
  PerSegment<size_t> Largest{};
  llvm::SmallVector<CodeRange, 0> AbandonedCode;
};

} // namespace jitslab

#endif // JITSLAB_RTDYLD_SECTIONMEMORY_H
