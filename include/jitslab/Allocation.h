//===- Allocation.h - An object's memory in an arena ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What a linker asks an Arena for (Footprint) and what it gets (Allocation).
/// All sizes and alignments are in bytes.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_ALLOCATION_H
#define JITSLAB_ALLOCATION_H

#include "jitslab/ABI.h"
#include <array>
#include <cstddef>
#include <cstdint>

namespace jitslab {

struct AllocationState;

inline namespace JITSLAB_ABI_NAMESPACE {

/// What an object's memory is used for, and with which access rights it ends:
/// Code is sealed r-x, ROData r--, RWData rw-.
enum class SegmentKind : uint8_t { Code, ROData, RWData };

/// How many kinds there are, and all of them.
inline constexpr size_t NumSegmentKinds = 3;
inline constexpr std::array<SegmentKind, NumSegmentKinds> AllSegmentKinds = {
    SegmentKind::Code, SegmentKind::ROData, SegmentKind::RWData};

/// A table with an entry for each kind of segment.
template <typename T> struct PerSegment : std::array<T, NumSegmentKinds> {
  using Base = std::array<T, NumSegmentKinds>;
  T &operator[](SegmentKind K) { return Base::operator[](size_t(K)); }
  const T &operator[](SegmentKind K) const {
    return Base::operator[](size_t(K));
  }
};

/// What one segment of an object needs.
struct SegmentFootprint {
  /// Bytes; 0: the object has no such segment.
  size_t Size = 0;
  /// A power of two; may be larger than a page.
  size_t Align = 1;
};

/// What an object needs.
using Footprint = PerSegment<SegmentFootprint>;

/// One segment of an allocation.
struct Segment {
  /// Where the linker writes. Null when the object has no such segment, and for
  /// code and read-only data once they are sealed: they are not written any
  /// more.
  uint8_t *Working = nullptr;
  /// Where the segment is executed and read; every relocation is computed from
  /// this address. Aligned as asked for. 0 when the object has no such segment.
  uintptr_t Executor = 0;
  /// Usable bytes from both addresses on; at least what was asked for.
  size_t Size = 0;

  explicit operator bool() const { return Executor != 0; }
};

/// Owns the memory of an object. Move-only; the destructor gives the memory
/// back to the arena, so nothing may use it any more by then. Must not outlive
/// its arena. Thread safety: one thread at a time for each allocation.
class JITSLAB_ABI Allocation {
public:
  /// Owns nothing.
  Allocation();
  /// Takes over what \p Other owns, which owns nothing afterwards.
  Allocation(Allocation &&Other) noexcept;
  Allocation &operator=(Allocation &&Other) noexcept;
  Allocation(const Allocation &) = delete;
  Allocation &operator=(const Allocation &) = delete;
  ~Allocation();

  /// True when this owns memory.
  explicit operator bool() const;

  /// The segment of kind \p K; one with null addresses where there is none.
  Segment operator[](SegmentKind K) const;

  /// Gives what \p K does not need back to the arena: the first \p Used bytes
  /// of the segment stay, or all of it if it has no more. Requires that the
  /// allocation is not sealed.
  void shrink(SegmentKind K, size_t Used);

  /// Says that one more object lives in this memory; for ArenaStats.
  void addObject();

  /// Gives all memory back now. Freed code is filled with trap instructions, or
  /// dropped where it cannot be written any more (Layout::PerProtection), or
  /// left alone where another process may execute it (Layout::Dense after a
  /// fork) or the system refuses every change.
  void release();

private:
  friend struct jitslab::AllocationState;

  /// What is in here is the library's alone.
  alignas(void *) std::byte State[64];
};

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_ALLOCATION_H
