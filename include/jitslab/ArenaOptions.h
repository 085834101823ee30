//===- ArenaOptions.h - What arena to make ----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What Arena::create is told, and the limits of it. All sizes are in bytes.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_ARENAOPTIONS_H
#define JITSLAB_ARENAOPTIONS_H

#include "jitslab/ABI.h"
#include <cstddef>
#include <cstdint>

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

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

/// What arena to make. A new field comes with a new JITSLAB_ABI_NAMESPACE.
struct ArenaOptions {
  /// How objects lie in its windows.
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

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_ARENAOPTIONS_H
